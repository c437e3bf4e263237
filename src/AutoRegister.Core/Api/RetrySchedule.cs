using System.Globalization;
using System.Runtime.ExceptionServices;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using Polly;
using Polly.Retry;

namespace AutoRegister.Core.Api;

/// <summary>
/// Repeats what can succeed later: exponential back-off with full jitter, from one second to five minutes, or as long as the
/// server asks for, until the caller's time is up. Where the clock
/// is to blame, the next attempt is made as soon as it is set. One line per failed attempt says what failed and when the next is.
/// </summary>
internal sealed class RetrySchedule(
    TimeSpan retryFor, IRegistrationObserver observer, TimeProvider time, int maxAttempts = int.MaxValue, Func<AutoRegisterException, bool>? isFinal = null)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Runs an operation until it succeeds, fails for good, or the time is up.</summary>
    internal async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        ExceptionDispatchInfo? failed;
        try
        {
            return await operation(cancellation).ConfigureAwait(false);
        }
        catch (AutoRegisterException e) when (maxAttempts > 1 && MayPass(e))
        {
            failed = ExceptionDispatchInfo.Capture(e);
        }

        // Most registrations succeed at once and never come here: the pipeline's code is compiled when it is first used, which takes
        // longer than the request. It takes the attempt that failed for its own first one.
        return await RepeatAsync(
            token =>
            {
                Interlocked.Exchange(ref failed, null)?.Throw();
                observer.ReportWaitEnded();
                return operation(token);
            },
            start,
            cancellation).ConfigureAwait(false);
    }

    private async Task<T> RepeatAsync<T>(Func<CancellationToken, Task<T>> operation, long start, CancellationToken cancellation)
    {
        TimeSpan Left() => retryFor == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : retryFor - time.GetElapsedTime(start);

        var options = new RetryStrategyOptions
        {
            MaxRetryAttempts = maxAttempts == int.MaxValue ? int.MaxValue : maxAttempts - 1,
            ShouldHandle = new PredicateBuilder().Handle<AutoRegisterException>(e => MayPass(e) && Left() > TimeSpan.Zero),
            DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(
                IsOfClock(arguments.Outcome.Exception) ? TimeSpan.Zero : Shorter(Delay(arguments.AttemptNumber, arguments.Outcome.Exception as AutoRegisterException), Left())),
            OnRetry = async arguments =>
            {
                string why = arguments.Outcome.Exception!.Message;
                string failed = $"Attempt {arguments.AttemptNumber + 1} failed: {why} Next attempt";
                if (!IsOfClock(arguments.Outcome.Exception))
                {
                    observer.ReportWarning($"{failed} in {Seconds(arguments.RetryDelay)} s.");
                    observer.ReportWaiting("Waiting for the server", $"next attempt at {Moment(arguments.RetryDelay)}: {why}", arguments.RetryDelay);
                    return;
                }

                // Whatever the clock was waited for is worth nothing once it is set.
                TimeSpan patience = Shorter(Longest, Left());
                observer.ReportWarning($"{failed} as soon as the clock is set, or in {Seconds(patience)} s.");
                observer.ReportWaiting("Waiting for the clock to be set", $"next attempt as soon as it is: {why}", patience);
                await new ClockWatch(time).WaitUntilSetAsync(patience, arguments.Context.CancellationToken).ConfigureAwait(false);
            },
        };

        ResiliencePipeline pipeline = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(options).Build();
        return await pipeline.ExecuteAsync(async token => await operation(token).ConfigureAwait(false), cancellation).ConfigureAwait(false);
    }

    private bool MayPass(AutoRegisterException failure) => failure.Sort == FailureSort.TryAgain && isFinal?.Invoke(failure) != true;

    private static bool IsOfClock(Exception? failure) => failure is AutoRegisterException { Id: ErrorId.ClockNotSet or ErrorId.ClockWrong };

    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private string Moment(TimeSpan ahead) => (time.GetLocalNow() + ahead).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static TimeSpan Delay(int attempt, AutoRegisterException? failure)
    {
        if (failure?.RetryAfter is TimeSpan asked)
        {
            return asked;
        }

        double ceiling = Math.Min(Longest.TotalSeconds, First.TotalSeconds * Math.Pow(2, Math.Min(attempt, 16)));
        return TimeSpan.FromSeconds(ceiling * Random.Shared.NextDouble());
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other)
    {
        TimeSpan shorter = one < other ? one : other;
        return shorter > TimeSpan.Zero ? shorter : TimeSpan.Zero;
    }
}

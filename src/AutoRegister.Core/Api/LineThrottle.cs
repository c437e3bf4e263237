using System.Globalization;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api;

/// <summary>
/// What all devices of a line know together about the server: one device that is told to wait slows all of them, one that
/// finds it dead lets all of them wait, and while it answers nobody has to ask whether it does.
/// </summary>
/// <param name="limit">How many requests may be on their way at once.</param>
/// <param name="patience">How long a server that does not answer is waited for; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.</param>
/// <param name="observer">Told when the line waits and when it goes on.</param>
/// <param name="waitsFromTheStart">
/// Whether a server that has never answered is waited for too. What keeps the very first request from its server is a wrong address, a
/// name or a CA more often than an outage, and a line that waits for it waits for ever.
/// </param>
public sealed class LineThrottle(int limit, TimeSpan patience, IRegistrationObserver observer, TimeProvider? time = null, bool waitsFromTheStart = true)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);
    private readonly TimeProvider clock = time ?? TimeProvider.System;
    private readonly RequestThrottle throttle = new(limit, time ?? TimeProvider.System);
    private readonly Lock state = new();
    private Task? recovery;
    private bool answers;
    private volatile bool hasAnswered;
    private volatile bool hasRegistered;

    /// <summary>Whether a failure is that of a server which has never answered, so that no device of this line can be registered.</summary>
    /// <returns>Whether it is.</returns>
    public bool IsNeverReached(AutoRegisterException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.Id == ErrorId.DeviceApiInvalid || (!waitsFromTheStart && !hasAnswered && failure.Sort == FailureSort.TryAgain);
    }

    /// <summary>Lets a device through at once while the server answers; else one device asks for all of them until it does.</summary>
    /// <param name="cancellation">Cancels; the same for the whole line.</param>
    /// <exception cref="AutoRegisterException">The server did not answer in time, or what it said cannot be waited for.</exception>
    internal Task PassAsync(Func<CancellationToken, Task> ping, CancellationToken cancellation)
    {
        lock (state)
        {
            return answers ? Task.CompletedTask : recovery ??= Task.Run(() => RecoverAsync(ping, cancellation), cancellation);
        }
    }

    /// <summary>Sends a request when it is its turn, and again when the server says "not so fast" (429, or 503 with Retry-After).</summary>
    /// <exception cref="AutoRegisterException">Any other failure.</exception>
    internal async Task<T> SendAsync<T>(Func<CancellationToken, Task<T>> send, CancellationToken cancellation)
    {
        long start = clock.GetTimestamp();
        for (int refused = 0; ; refused++)
        {
            using RequestThrottle.Turn turn = await throttle.TakeTurnAsync(cancellation).ConfigureAwait(false);
            try
            {
                T answer = await send(cancellation).ConfigureAwait(false);
                throttle.Quicken();
                hasRegistered = true;
                return answer;
            }
            catch (AutoRegisterException e) when (IsTooFast(e) && (patience == Timeout.InfiniteTimeSpan || clock.GetElapsedTime(start) < patience))
            {
                TimeSpan wait = e.RetryAfter ?? Delay(refused);
                if (throttle.Slow(wait))
                {
                    observer.ReportWarning($"{e.Message} The whole line waits {Seconds(wait)} s.");
                }
            }
            catch (AutoRegisterException e) when (e.Sort == FailureSort.TryAgain && e.ServerAnswer?.Status == 404 && !hasRegistered && !waitsFromTheStart)
            {
                throw new AutoRegisterException(
                    ErrorId.DeviceApiInvalid, $"No registration API answers there: {e.Message}", "Correct the address: -DeviceApi, or DEVICE_API in the environment.", innerException: e);
            }
            catch (AutoRegisterException e) when (e.Sort == FailureSort.TryAgain)
            {
                lock (state)
                {
                    answers = false;
                }

                throw;
            }
        }
    }

    private static bool IsTooFast(AutoRegisterException e) => e.ServerAnswer?.Status == 429 || (e.ServerAnswer?.Status == 503 && e.RetryAfter is not null);

    private async Task RecoverAsync(Func<CancellationToken, Task> ping, CancellationToken cancellation)
    {
        long start = clock.GetTimestamp();
        try
        {
            for (int attempt = 0; ; attempt++)
            {
                try
                {
                    await ping(cancellation).ConfigureAwait(false);
                    break;
                }
                catch (AutoRegisterException e) when (e.Sort == FailureSort.TryAgain && MayWait(e, start))
                {
                    if (attempt == 0)
                    {
                        observer.ReportWarning($"{e.Message} The whole line waits for it.");
                    }

                    await Task.Delay(e.RetryAfter ?? Delay(attempt), clock, cancellation).ConfigureAwait(false);
                }
            }

            TimeSpan away = clock.GetElapsedTime(start);
            if (away > FirstDelay)
            {
                observer.ReportStep($"The server answers again after {Seconds(away)} s: the line goes on");
            }

            hasAnswered = true;
            lock (state)
            {
                answers = true;
            }
        }
        finally
        {
            lock (state)
            {
                recovery = null;
            }
        }
    }

    // "Not now" is an answer as well.
    private bool MayWait(AutoRegisterException failure, long start) =>
        (waitsFromTheStart || hasAnswered || failure.ServerAnswer is not null) &&
        (patience == Timeout.InfiniteTimeSpan || clock.GetElapsedTime(start) < patience);

    private static TimeSpan Delay(int attempt)
    {
        double ceiling = Math.Min(LongestDelay.TotalMilliseconds, FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 8)));
        return TimeSpan.FromMilliseconds(ceiling * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}

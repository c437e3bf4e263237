using AutoRegister.Core.Api;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

public class LineThrottleTests
{
    private static readonly Uri Api = new("https://factory.test/");
    private readonly RecordingObserver observer = new();

    [Fact]
    public async Task One_device_asks_for_all_of_them_and_then_nobody_does()
    {
        var gate = new LineThrottle(8, Timeout.InfiniteTimeSpan, observer);
        int pings = 0;
        var answer = new TaskCompletionSource();
        Task[] devices = [.. Enumerable.Range(0, 8).Select(_ => gate.PassAsync(
            async _ =>
            {
                Interlocked.Increment(ref pings);
                await answer.Task;
            },
            CancellationToken.None))];
        Assert.DoesNotContain(devices, device => device.IsCompleted);
        answer.SetResult();
        await Task.WhenAll(devices);
        await gate.PassAsync(_ => throw new InvalidOperationException("asked again"), CancellationToken.None);
        Assert.Equal(1, pings);
    }

    [Fact]
    public async Task A_dead_server_is_waited_for_with_one_warning()
    {
        var gate = new LineThrottle(8, Timeout.InfiniteTimeSpan, observer);
        int pings = 0;
        Task Ping(CancellationToken token) =>
            Interlocked.Increment(ref pings) < 3 ? throw new AutoRegisterException(ErrorId.ServerUnreachable, "dead") : Task.CompletedTask;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => gate.PassAsync(Ping, CancellationToken.None)));
        Assert.Equal(3, pings);
        Assert.Single(observer.Warnings, warning => warning.Contains("whole line waits", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dead_server_is_not_waited_for_longer_than_the_line_is_patient()
    {
        var gate = new LineThrottle(8, TimeSpan.Zero, observer);
        AutoRegisterException failure = await Assert.ThrowsAsync<AutoRegisterException>(() => gate.PassAsync(_ => throw new AutoRegisterException(ErrorId.ServerUnreachable, "dead"), CancellationToken.None));
        Assert.Equal(ErrorId.ServerUnreachable, failure.Id);
    }

    [Fact]
    public async Task After_a_failure_that_may_pass_the_server_is_asked_again()
    {
        var gate = new LineThrottle(8, Timeout.InfiniteTimeSpan, observer);
        int pings = 0;
        Task Ping(CancellationToken token)
        {
            pings++;
            return Task.CompletedTask;
        }

        await gate.PassAsync(Ping, CancellationToken.None);
        await Assert.ThrowsAsync<AutoRegisterException>(() => gate.SendAsync<int>(_ => throw new AutoRegisterException(ErrorId.ServerTimeout, "slow"), CancellationToken.None));
        await gate.PassAsync(Ping, CancellationToken.None);
        await Assert.ThrowsAsync<AutoRegisterException>(() => gate.SendAsync<int>(_ => throw new AutoRegisterException(ErrorId.DeviceConflict, "no"), CancellationToken.None));
        await gate.PassAsync(Ping, CancellationToken.None);
        Assert.Equal(2, pings);
    }

    [Fact]
    public async Task One_device_that_is_told_to_wait_holds_all_of_them()
    {
        var gate = new LineThrottle(8, Timeout.InfiniteTimeSpan, observer);
        bool refused = false;
        long told = 0;
        Task<long> refusedOnce = gate.SendAsync(
            _ =>
            {
                long now = TimeProvider.System.GetTimestamp();
                if (!refused)
                {
                    refused = true;
                    told = now;
                    throw TooFast(TimeSpan.FromMilliseconds(300));
                }

                return Task.FromResult(now);
            },
            CancellationToken.None);
        Task<long> other = gate.SendAsync(_ => Task.FromResult(TimeProvider.System.GetTimestamp()), CancellationToken.None);
        long[] sent = await Task.WhenAll(refusedOnce, other);
        Assert.All(sent, time => Assert.True(TimeProvider.System.GetElapsedTime(told, time) >= TimeSpan.FromMilliseconds(250)));
        Assert.Single(observer.Warnings);
    }

    [Fact]
    public async Task The_number_on_their_way_is_halved_and_grows_again()
    {
        var pace = new RequestThrottle(8, TimeProvider.System);
        Assert.True(pace.Slow(TimeSpan.FromMilliseconds(20)));
        Assert.False(pace.Slow(TimeSpan.FromMilliseconds(20)));
        Assert.Equal(4, pace.Allowed);
        var turns = new List<RequestThrottle.Turn>();
        for (int i = 0; i < 4; i++)
        {
            turns.Add(await pace.TakeTurnAsync(CancellationToken.None));
        }

        Task<RequestThrottle.Turn> fifth = pace.TakeTurnAsync(CancellationToken.None);
        Assert.False(fifth.IsCompleted);
        turns[0].Dispose();
        (await fifth).Dispose();
        for (int i = 0; i < 100; i++)
        {
            pace.Quicken();
        }

        Assert.Equal(8, pace.Allowed);
    }

    private static AutoRegisterException TooFast(TimeSpan wait)
    {
        return new AutoRegisterException(ErrorId.ServerUnavailable, "slowly", target: Api) { RetryAfter = wait, ServerAnswer = new ServerAnswer(429, "slowly") };
    }
}

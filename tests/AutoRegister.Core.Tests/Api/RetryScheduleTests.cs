using AutoRegister.Core.Api;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Api.OAuth;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>How often, and after which waits, a request is sent again. No wait is waited for.</summary>
public sealed class RetryScheduleTests
{
    private static readonly AutoRegisterException Busy = new(ErrorId.ServerUnreachable, "dead");
    private readonly RecordingObserver observer = new();
    private readonly HastyTime time = new(int.MaxValue, () => { });
    private int attempts;

    [Fact]
    public async Task What_succeeds_is_done_once()
    {
        Assert.Equal(7, await RunAsync(TimeSpan.FromHours(1), failures: 0));
        Assert.Equal(1, attempts);
        Assert.Empty(observer.Warnings);
    }

    [Fact]
    public async Task What_fails_is_done_again_until_it_succeeds()
    {
        Assert.Equal(7, await RunAsync(TimeSpan.FromHours(1), failures: 12));
        Assert.Equal(13, attempts);
        Assert.Equal(12, observer.Warnings.Count);
        Assert.StartsWith("Attempt 1 failed: dead Next attempt in ", observer.Warnings.First(), StringComparison.Ordinal);
        Assert.StartsWith("Attempt 12 failed: ", observer.Warnings.Last(), StringComparison.Ordinal);
        // A second, doubled each time, five minutes at most, and each a random part of that.
        Assert.All(time.Waits.Index(), wait => Assert.InRange(wait.Item, TimeSpan.Zero, TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, wait.Index)))));
    }

    [Fact]
    public async Task Waits_are_random_and_grow()
    {
        for (int run = 0; run < 20; run++)
        {
            await RunAsync(Timeout.InfiniteTimeSpan, failures: 10);
            attempts = 0;
        }

        Assert.True(time.Waits.Distinct().Count() > 150);
        Assert.Contains(time.Waits, wait => wait > TimeSpan.FromSeconds(64));
        Assert.All(time.Waits, wait => Assert.True(wait <= TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task What_the_server_asks_for_is_waited()
    {
        var asked = new AutoRegisterException(ErrorId.ServerUnavailable, "busy") { RetryAfter = TimeSpan.FromSeconds(37) };
        await RunAsync(TimeSpan.FromHours(1), failures: 3, asked);
        Assert.Equal([37, 37, 37], time.Waits.Select(wait => wait.TotalSeconds));
        Assert.All(observer.Warnings, warning => Assert.EndsWith("Next attempt in 37 s.", warning, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_wait_is_shown_with_its_reason_and_the_time_of_the_next_attempt_and_ends()
    {
        var asked = new AutoRegisterException(ErrorId.ServerUnavailable, "busy") { RetryAfter = TimeSpan.FromSeconds(37) };
        await RunAsync(TimeSpan.FromHours(1), failures: 2, asked);
        string?[] waits = [.. observer.Waits];
        Assert.All([waits[^4], waits[^2]], shown => Assert.Matches(@"^Waiting for the server \[next attempt at \d\d:\d\d:\d\d: busy\] 37$", shown));
        Assert.Equal((null, null), (waits[^3], waits[^1]));
    }

    [Fact]
    public async Task No_wait_is_longer_than_the_patience()
    {
        var asked = new AutoRegisterException(ErrorId.ServerUnavailable, "busy") { RetryAfter = TimeSpan.FromDays(1) };
        await RunAsync(TimeSpan.FromMinutes(2), failures: 2, asked);
        Assert.All(time.Waits, wait => Assert.InRange(wait, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task Without_patience_it_is_tried_once(int seconds)
    {
        Assert.Same(Busy, await Assert.ThrowsAsync<AutoRegisterException>(() => RunAsync(TimeSpan.FromSeconds(seconds), failures: 9)));
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task What_would_fail_again_is_not_repeated()
    {
        await Assert.ThrowsAsync<AutoRegisterException>(() => RunAsync(TimeSpan.FromHours(1), failures: 9, new AutoRegisterException(ErrorId.ApiTokenRejected, "no")));
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task A_number_of_attempts_is_kept()
    {
        Assert.Same(Busy, await Assert.ThrowsAsync<AutoRegisterException>(() => RunAsync(Timeout.InfiniteTimeSpan, failures: 99, maxAttempts: 8)));
        Assert.Equal(8, attempts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_attempt_is_one_and_two_are_two(int number)
    {
        Assert.Same(Busy, await Assert.ThrowsAsync<AutoRegisterException>(() => RunAsync(TimeSpan.FromHours(1), failures: 99, maxAttempts: number)));
        Assert.Equal((number, number - 1), (attempts, observer.Warnings.Count));
    }

    private Task<int> RunAsync(TimeSpan patience, int failures, AutoRegisterException? failure = null, int maxAttempts = int.MaxValue) =>
        new RetrySchedule(patience, observer, time, maxAttempts).RunAsync(
            _ => ++attempts > failures ? Task.FromResult(7) : throw failure ?? Busy, CancellationToken.None);
}

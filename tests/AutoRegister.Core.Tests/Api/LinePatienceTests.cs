using AutoRegister.Core.Api;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>How long a line waits, for what, and when it gives up, with a clock that leaps.</summary>
public sealed class LinePatienceTests
{
    private readonly LeapingTime time = new();
    private readonly RecordingObserver observer = new();
    private int asked;

    [Theory]
    [InlineData(429, null, 2)]
    [InlineData(429, 7, 2)]
    [InlineData(503, 7, 2)]
    [InlineData(503, null, 1)]
    [InlineData(500, 7, 1)]
    [InlineData(null, 7, 1)]
    public async Task Only_a_server_that_says_not_so_fast_is_asked_again(int? status, int? seconds, int times)
    {
        Task sent = Gate(null).SendAsync(_ => ++asked == 1 ? throw Answer(status, seconds) : Task.FromResult(7), CancellationToken.None);
        Assert.Equal(times == 1, await Fails(sent));
        Assert.Equal(times, asked);
        Assert.All(time.Waits, wait => Assert.Equal(seconds is null ? wait : TimeSpan.FromSeconds(seconds.Value), wait));
        Assert.Equal(times - 1, time.Waits.Count);
    }

    [Fact]
    public async Task Without_a_time_from_the_server_the_waits_double_up_to_ten_seconds()
    {
        await Gate(null).SendAsync(_ => ++asked <= 12 ? throw Answer(429, null) : Task.FromResult(7), CancellationToken.None);
        Doubling(time.Waits);
    }

    [Fact]
    public async Task A_dead_server_is_asked_less_and_less_often()
    {
        await Gate(null).PassAsync(_ => ++asked <= 12 ? throw Dead(null) : Task.CompletedTask, CancellationToken.None);
        Doubling(time.Waits);
        Assert.Single(observer.Warnings);
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(5, 4)]
    [InlineData(null, 9)]
    public async Task Patience_ends(int? patience, int times)
    {
        Task sent = Gate(patience).SendAsync(_ => ++asked < 9 ? throw Answer(429, 2) : Task.FromResult(7), CancellationToken.None);
        Assert.Equal(patience is not null, await Fails(sent));
        Assert.Equal(times, asked);

        asked = 0;
        Task passed = Gate(patience).PassAsync(_ => ++asked < 9 ? throw Dead(2) : Task.CompletedTask, CancellationToken.None);
        Assert.Equal(patience is not null, await Fails(passed));
        Assert.Equal(times, asked);
    }

    [Fact]
    public async Task What_cannot_be_waited_for_ends_at_once_and_the_next_device_asks_anew()
    {
        LineThrottle throttle = Gate(null);
        await Assert.ThrowsAsync<AutoRegisterException>(() => throttle.PassAsync(_ => throw new AutoRegisterException(ErrorId.ApiTokenRejected, "no"), CancellationToken.None));
        Assert.Empty(time.Waits);
        await throttle.PassAsync(_ => Task.FromResult(++asked), CancellationToken.None);
        await throttle.PassAsync(_ => Task.FromResult(++asked), CancellationToken.None);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(250, null)]
    [InlineData(251, "after 1 s")]
    [InlineData(2100, "after 3 s")]
    public async Task The_line_says_when_it_goes_on_after_a_wait_worth_the_words(int milliseconds, string? words)
    {
        await Gate(null).PassAsync(
            _ =>
            {
                time.Leap(TimeSpan.FromMilliseconds(milliseconds));
                return Task.CompletedTask;
            },
            CancellationToken.None);
        Assert.Equal(words is null ? 0 : 1, observer.Steps.Count);
        Assert.All(observer.Steps, step => Assert.Contains(words!, step, StringComparison.Ordinal));
    }

    private static void Doubling(IReadOnlyList<TimeSpan> waits)
    {
        Assert.Equal(12, waits.Count);
        Assert.All(waits.Select((wait, i) => (wait.TotalMilliseconds, Ceiling: Math.Min(10_000, 250 << i))), one =>
            Assert.InRange(one.TotalMilliseconds, one.Ceiling / 2.0, one.Ceiling));
    }

    private static async Task<bool> Fails(Task task)
    {
        try
        {
            await task;
            return false;
        }
        catch (AutoRegisterException)
        {
            return true;
        }
    }

    [Fact]
    public async Task A_server_that_never_answered_is_not_waited_for_unless_the_line_says_so()
    {
        LineThrottle throttle = FromTheStart(false);
        AutoRegisterException failure = await Assert.ThrowsAsync<AutoRegisterException>(() => throttle.PassAsync(_ => throw Dead(null), CancellationToken.None));
        Assert.True(throttle.IsNeverReached(failure));
        Assert.Empty(time.Waits);

        LineThrottle patient = FromTheStart(true);
        await patient.PassAsync(_ => ++asked < 3 ? throw Dead(null) : Task.CompletedTask, CancellationToken.None);
        Assert.False(patient.IsNeverReached(failure));
        Assert.Equal(2, time.Waits.Count);
    }

    [Fact]
    public async Task A_server_that_says_not_now_has_answered_and_one_that_answered_is_waited_for_ever()
    {
        LineThrottle throttle = FromTheStart(false);
        await throttle.PassAsync(_ => ++asked < 3 ? throw Answer(503, null) : Task.CompletedTask, CancellationToken.None);
        Assert.Equal(2, time.Waits.Count);
        AutoRegisterException lost = await Assert.ThrowsAsync<AutoRegisterException>(() => throttle.SendAsync<int>(_ => throw Dead(null), CancellationToken.None));
        Assert.False(throttle.IsNeverReached(lost));
        asked = 0;
        await throttle.PassAsync(_ => ++asked < 3 ? throw Dead(null) : Task.CompletedTask, CancellationToken.None);
        Assert.Equal(4, time.Waits.Count);
    }

    [Fact]
    public async Task What_is_not_found_before_any_device_was_registered_is_a_wrong_address()
    {
        LineThrottle throttle = FromTheStart(false);
        AutoRegisterException wrong = await Assert.ThrowsAsync<AutoRegisterException>(() => throttle.SendAsync<int>(_ => throw Answer(404, null), CancellationToken.None));
        Assert.Equal(ErrorId.DeviceApiInvalid, wrong.Id);
        Assert.True(throttle.IsNeverReached(wrong));

        await throttle.SendAsync(_ => Task.FromResult(7), CancellationToken.None);
        AutoRegisterException lost = await Assert.ThrowsAsync<AutoRegisterException>(() => throttle.SendAsync<int>(_ => throw Answer(404, null), CancellationToken.None));
        Assert.Equal(ErrorId.ServerUnavailable, lost.Id);
    }

    private LineThrottle FromTheStart(bool waits) => new(8, Timeout.InfiniteTimeSpan, observer, time, waits);

    private static AutoRegisterException Answer(int? status, int? seconds) => new(ErrorId.ServerUnavailable, "slowly")
    {
        RetryAfter = seconds is null ? null : TimeSpan.FromSeconds(seconds.Value),
        ServerAnswer = status is null ? null : new ServerAnswer(status.Value, "slowly"),
    };

    private static AutoRegisterException Dead(int? seconds) => new(ErrorId.ServerUnreachable, "dead") { RetryAfter = seconds is null ? null : TimeSpan.FromSeconds(seconds.Value) };

    private LineThrottle Gate(int? patience) => new(8, patience is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(patience.Value), observer, time);
}

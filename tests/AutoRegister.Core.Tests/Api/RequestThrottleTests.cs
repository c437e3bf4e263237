using AutoRegister.Core.Api;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>How many requests may be on their way, counted out, with a clock that leaps.</summary>
public sealed class RequestThrottleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly LeapingTime time = new();

    [Theory]
    [InlineData(5, 1, 5)]
    [InlineData(1, 5, 5)]
    [InlineData(3, 3, 3)]
    public async Task The_longest_wait_counts(int first, int second, int waited)
    {
        var pace = new RequestThrottle(8, time);
        Assert.True(pace.Slow(first * Second));
        Assert.False(pace.Slow(second * Second));
        Assert.Equal(4, pace.Allowed);
        (await pace.TakeTurnAsync(CancellationToken.None)).Dispose();
        Assert.Equal([waited * Second], time.Waits);
    }

    [Fact]
    public async Task A_line_that_was_never_slowed_does_not_wait()
    {
        var pace = new RequestThrottle(1, time);
        (await pace.TakeTurnAsync(CancellationToken.None)).Dispose();
        (await pace.TakeTurnAsync(CancellationToken.None)).Dispose();
        Assert.Empty(time.Waits);
    }

    [Fact]
    public void It_is_halved_each_time_the_wait_is_over_and_one_remains()
    {
        var pace = new RequestThrottle(8, time);
        int[] allowed = [.. Enumerable.Range(0, 5).Select(_ =>
        {
            Assert.True(pace.Slow(Second));
            time.Leap(Second);
            return pace.Allowed;
        })];
        Assert.Equal([4, 2, 1, 1, 1], allowed);
    }

    [Fact]
    public void It_grows_by_one_for_as_many_answers_as_are_on_their_way()
    {
        var pace = new RequestThrottle(4, time);
        pace.Slow(Second);
        int[] allowed = [.. Enumerable.Range(0, 8).Select(_ =>
        {
            pace.Quicken();
            return pace.Allowed;
        })];
        Assert.Equal([2, 2, 3, 3, 3, 4, 4, 4], allowed);
    }

    [Fact]
    public async Task When_there_is_room_for_many_again_all_of_them_go()
    {
        var pace = new RequestThrottle(4, time);
        pace.Slow(TimeSpan.Zero);
        RequestThrottle.Turn first = await pace.TakeTurnAsync(CancellationToken.None);
        await pace.TakeTurnAsync(CancellationToken.None);
        Task<RequestThrottle.Turn>[] waiting = [.. Enumerable.Range(0, 4).Select(_ => pace.TakeTurnAsync(CancellationToken.None))];
        Assert.All(waiting, turn => Assert.False(turn.IsCompleted));
        for (int i = 0; i < 9; i++)
        {
            pace.Quicken();
        }

        first.Dispose();
        await Task.WhenAll(waiting[..3]);
        Assert.False(waiting[3].IsCompleted);

        // Twice is once.
        first.Dispose();
        Task<RequestThrottle.Turn> last = pace.TakeTurnAsync(CancellationToken.None);
        Assert.Equal((false, false), (waiting[3].IsCompleted, last.IsCompleted));
        (await waiting[0]).Dispose();
        await waiting[3];
        Assert.False(last.IsCompleted);
    }

    [Fact]
    public async Task When_there_is_less_room_those_that_are_too_many_end_first()
    {
        var pace = new RequestThrottle(4, time);
        RequestThrottle.Turn[] turns = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => pace.TakeTurnAsync(CancellationToken.None)));
        Task<RequestThrottle.Turn> waiting = pace.TakeTurnAsync(CancellationToken.None);
        pace.Slow(TimeSpan.Zero);
        Array.ForEach(turns[..2], turn => turn.Dispose());
        Task<RequestThrottle.Turn> second = pace.TakeTurnAsync(CancellationToken.None);
        Assert.Equal((false, false), (waiting.IsCompleted, second.IsCompleted));
        turns[2].Dispose();
        await waiting;
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task A_wait_for_a_turn_can_be_cancelled()
    {
        var pace = new RequestThrottle(1, time);
        await pace.TakeTurnAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        Task<RequestThrottle.Turn> waiting = pace.TakeTurnAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}

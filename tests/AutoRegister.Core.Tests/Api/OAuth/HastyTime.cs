namespace AutoRegister.Core.Tests.Api.OAuth;

/// <summary>The real clock, but waits are over at once, a device that asks too soon, until the last of them, which is not waited for.</summary>
/// <param name="hasty">How many waits are over at once.</param>
/// <param name="stop">Called at the wait after those.</param>
internal sealed class HastyTime(int hasty, Action stop) : TimeProvider
{
    private int left = hasty;

    /// <summary>Every wait that was asked for.</summary>
    public List<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits.Add(dueTime);
        if (left-- > 0)
        {
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }

        stop();
        return base.CreateTimer(callback, state, dueTime, period);
    }
}

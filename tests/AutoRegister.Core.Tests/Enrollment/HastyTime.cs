namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>The real clock, but the first waits of a second or more are over at once: a device that asks too soon.</summary>
internal sealed class HastyTime(int hasty) : TimeProvider
{
    private int left = hasty;

    /// <summary>Every wait that was asked for.</summary>
    public List<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits.Add(dueTime);
        return base.CreateTimer(callback, state, left-- > 0 ? TimeSpan.Zero : dueTime, period);
    }
}

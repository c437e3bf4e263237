namespace AutoRegister.Core.Tests.Api;

/// <summary>A clock that stands still until somebody waits, and then leaps to the end of the wait.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private readonly Lock state = new();
    private readonly List<TimeSpan> waits = [];
    private TimeSpan passed;

    /// <summary>Every wait that was asked for.</summary>
    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (state)
            {
                return [.. waits];
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Leap(TimeSpan time)
    {
        lock (state)
        {
            passed += time;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (state)
        {
            // Waits are cut to whole milliseconds, and what is left of one must pass as well.
            return new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + passed + TimeSpan.FromMilliseconds(waits.Count);
        }
    }

    public override long GetTimestamp()
    {
        lock (state)
        {
            return passed.Ticks;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (this.state)
        {
            waits.Add(dueTime);
            passed += dueTime;
        }

        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}

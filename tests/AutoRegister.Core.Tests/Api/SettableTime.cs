namespace AutoRegister.Core.Tests.Api;

/// <summary>A clock that begins at some time, goes on as the machine's does, and can be set while its timestamps go on.</summary>
internal sealed class SettableTime(DateTimeOffset begins) : TimeProvider
{
    private readonly long start = System.GetTimestamp();

    /// <summary>By how much it was set.</summary>
    internal TimeSpan Step { get; set; }

    public override DateTimeOffset GetUtcNow() => begins + System.GetElapsedTime(start) + Step;
}

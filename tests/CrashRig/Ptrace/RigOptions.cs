namespace CrashRig.Ptrace;

/// <summary>What to run, which of its calls count, and what happens at one of them.</summary>
internal sealed record RigOptions
{
    /// <summary>Paths at or below these count.</summary>
    public IReadOnlyList<string> Under { get; init; } = [];

    /// <summary>Whether only calls count that order what a disk holds; sockets do not count then.</summary>
    public bool DurableOnly { get; init; }

    /// <summary>The number of the call at whose entry the signal is sent, from 1; 0 sends none.</summary>
    public int At { get; init; }

    /// <summary>The signal; SIGKILL unless told otherwise.</summary>
    public int Signal { get; init; } = Native.SignalKill;

    /// <summary>Where the calls are written to; empty for standard error.</summary>
    public string PointsFile { get; init; } = string.Empty;

    /// <summary>Program, as a full path, and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Whether a call counts.</summary>
    public bool Counts(SystemCall call, string target) =>
        (call.Durable || !DurableOnly)
        && (Under.Any(prefix => target == prefix || target.StartsWith(prefix.TrimEnd('/') + "/", StringComparison.Ordinal))
            || (!DurableOnly && target.StartsWith("socket:", StringComparison.Ordinal)));
}

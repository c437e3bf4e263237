namespace CrashRig.Ptrace;

/// <summary>What to run, which of its calls count, and what happens at one of them.</summary>
internal sealed record RigOptions
{
    /// <summary>Paths at or below these count.</summary>
    public IReadOnlyList<string> Under { get; init; } = [];

    /// <summary>Whether only calls count that change the names on a disk.</summary>
    public bool NamesOnly { get; init; }

    /// <summary>Whether only fsync(2) and fdatasync(2) count, and the chosen one fails with EIO instead of a signal.</summary>
    public bool FailSync { get; init; }

    /// <summary>Where is kept what is proven durable; empty when nobody asks.</summary>
    public string ProofFile { get; init; } = string.Empty;

    /// <summary>The number of the call at whose entry the signal is sent, from 1; 0 sends none.</summary>
    public int At { get; init; }

    /// <summary>The signal; SIGKILL unless told otherwise.</summary>
    public int Signal { get; init; } = Native.SignalKill;

    /// <summary>Where the calls are written to; empty for standard error.</summary>
    public string PointsFile { get; init; } = string.Empty;

    /// <summary>Program, as a full path, and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Whether what is durable is to be proven.</summary>
    public bool AsksForProof => ProofFile.Length > 0;

    /// <summary>Whether the program stops at such calls.</summary>
    public bool Watches(SystemCall call) => AsksForProof || call.Names || !NamesOnly;

    /// <summary>Whether a call counts.</summary>
    public bool Counts(SystemCall call, string target) =>
        FailSync ? call.Name is "fsync" or "fdatasync" && IsUnder(target)
        : (call.Names || !NamesOnly) && (IsUnder(target) || (!NamesOnly && target.StartsWith("socket:", StringComparison.Ordinal)));

    /// <summary>Whether a path is one of those, or below.</summary>
    public bool IsUnder(string target) =>
        Under.Any(prefix => target == prefix || target.StartsWith(prefix.TrimEnd('/') + "/", StringComparison.Ordinal));
}

namespace CrashRig.Ptrace;

/// <summary>What happened.</summary>
/// <param name="Points">The calls that counted, in order, up to the signal or the end.</param>
/// <param name="Reached">Whether the call of the chosen number was reached.</param>
/// <param name="ExitCode">The program's exit code, or 128 and the signal that ended it.</param>
internal sealed record RigResult(IReadOnlyList<string> Points, bool Reached, int ExitCode);

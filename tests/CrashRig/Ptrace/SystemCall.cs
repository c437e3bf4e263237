namespace CrashRig.Ptrace;

/// <summary>A system call that leaves something behind: on a disk or in a network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Where it names what it touches.</param>
/// <param name="Names">Whether it changes the names on a disk: rename, link, unlink and their kin.</param>
internal sealed record SystemCall(string Name, CallKind Kind, bool Names = false);

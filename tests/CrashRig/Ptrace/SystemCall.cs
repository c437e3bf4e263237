namespace CrashRig.Ptrace;

/// <summary>A system call that leaves something behind: on a disk or in a network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Where it names what it touches.</param>
/// <param name="Durable">Whether it is one of those that order what a disk holds: rename, link, unlink, fsync and their kin.</param>
internal sealed record SystemCall(string Name, CallKind Kind, bool Durable = false);

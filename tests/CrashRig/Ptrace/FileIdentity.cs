using System.Runtime.InteropServices;

namespace CrashRig.Ptrace;

/// <summary>A file, whatever its names: device and inode.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The number there.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint Basic = 0x7ff;

    /// <summary>Looks at a path; of a link in /proc, at what it stands for.</summary>
    /// <returns>The file; <see langword="null"/> where there is none.</returns>
    internal static FileIdentity? Of(string path, bool follow, out bool isLastName)
    {
        // struct statx: nlink at 16, ino at 32, dev at 136 (statx(2)).
        Span<byte> status = stackalloc byte[256];
        bool there = Native.StatX(CurrentDirectory, path, follow ? 0 : NoFollow, Basic, ref MemoryMarshal.GetReference(status)) == 0;
        isLastName = there && MemoryMarshal.Read<uint>(status[16..]) <= 1;
        return there ? new FileIdentity(MemoryMarshal.Read<ulong>(status[136..]), MemoryMarshal.Read<ulong>(status[32..])) : null;
    }

    /// <summary>Looks at a path.</summary>
    internal static FileIdentity? Of(string path, bool follow = false) => Of(path, follow, out _);
}

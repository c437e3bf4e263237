using System.Runtime.InteropServices;

namespace CrashRig.Ptrace;

/// <summary>The numbers of the calls that count, which differ between architectures (asm/unistd.h).</summary>
internal static class SystemCallTable
{
    private static readonly (SystemCall Call, int X64, int Arm64)[] Rows =
    [
        (new("write", CallKind.Write), 1, 64),
        (new("pwrite64", CallKind.Write), 18, 68),
        (new("writev", CallKind.Write), 20, 66),
        (new("pwritev", CallKind.Write), 296, 70),
        (new("ftruncate", CallKind.Descriptor), 77, 46),
        (new("truncate", CallKind.Path), 76, 45),
        (new("fallocate", CallKind.Descriptor), 285, 47),
        (new("fchmod", CallKind.Descriptor), 91, 52),
        (new("chmod", CallKind.Path), 90, -1),
        (new("fchmodat", CallKind.PathAt), 268, 53),
        (new("open", CallKind.Open), 2, -1),
        (new("creat", CallKind.Path), 85, -1),
        (new("openat", CallKind.OpenAt), 257, 56),
        (new("fsync", CallKind.Descriptor), 74, 82),
        (new("fdatasync", CallKind.Descriptor), 75, 83),
        (new("rename", CallKind.TwoPaths, Names: true), 82, -1),
        (new("renameat", CallKind.TwoPathsAt, Names: true), 264, 38),
        (new("renameat2", CallKind.TwoPathsAt, Names: true), 316, 276),
        (new("link", CallKind.TwoPaths, Names: true), 86, -1),
        (new("linkat", CallKind.TwoPathsAt, Names: true), 265, 37),
        (new("symlink", CallKind.TwoPaths, Names: true), 88, -1),
        (new("unlink", CallKind.Path, Names: true), 87, -1),
        (new("unlinkat", CallKind.PathAt, Names: true), 263, 35),
        (new("rmdir", CallKind.Path, Names: true), 84, -1),
        (new("mkdir", CallKind.Path, Names: true), 83, -1),
        (new("mkdirat", CallKind.PathAt, Names: true), 258, 34),
        (new("connect", CallKind.Connect), 42, 203),
        (new("sendto", CallKind.Send), 44, 206),
        (new("sendmsg", CallKind.Send), 46, 211),
        (new("sendmmsg", CallKind.Send), 307, 269),
    ];

    private static readonly Dictionary<long, SystemCall> Calls = Rows
        .Select(row => (row.Call, Number: RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? row.Arm64 : row.X64))
        .Where(row => row.Number >= 0)
        .ToDictionary(row => (long)row.Number, row => row.Call);

    /// <summary>The calls that count, by their numbers.</summary>
    internal static IReadOnlyDictionary<long, SystemCall> Numbers => Calls;

    /// <summary>Finds a call that counts.</summary>
    internal static SystemCall? Find(long number) => Calls.GetValueOrDefault(number);
}

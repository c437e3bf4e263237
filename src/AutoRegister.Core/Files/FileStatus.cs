using System.Globalization;
using System.Runtime.InteropServices;

namespace AutoRegister.Core.Files;

/// <summary>
/// What statx(2) says of a file. struct statx has one layout on all architectures, which struct stat has not.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    /// <summary>STATX_BASIC_STATS.</summary>
    internal const uint Basic = 0x7ff;

    /// <summary>STATX_BTIME.</summary>
    internal const uint Birth = 0x800;

    // inode(7).
    private const int TypeMask = 0xF000;
    private const int TypeDirectory = 0x4000;
    private const int TypeRegular = 0x8000;
    private const int TypeLink = 0xA000;

    [FieldOffset(0)]
    private readonly uint known;

    [FieldOffset(16)]
    private readonly uint links;

    [FieldOffset(20)]
    private readonly uint owner;

    [FieldOffset(24)]
    private readonly uint group;

    [FieldOffset(28)]
    private readonly ushort mode;

    [FieldOffset(32)]
    private readonly ulong number;

    [FieldOffset(40)]
    private readonly ulong size;

    [FieldOffset(80)]
    private readonly long bornSeconds;

    [FieldOffset(88)]
    private readonly uint bornNanoseconds;

    [FieldOffset(96)]
    private readonly long changedSeconds;

    [FieldOffset(104)]
    private readonly uint changedNanoseconds;

    [FieldOffset(136)]
    private readonly ulong device;

    /// <summary>How many names the file has.</summary>
    public readonly uint Links => links;

    /// <summary>The user it belongs to.</summary>
    public readonly uint Owner => owner;

    /// <summary>Its group.</summary>
    public readonly uint Group => group;

    /// <summary>Who may do what, without the type.</summary>
    public readonly UnixFileMode Mode => (UnixFileMode)(mode & ~TypeMask);

    /// <summary>Its size; 0 also for files of /proc.</summary>
    public readonly long Size => checked((long)size);

    /// <summary>The file system it is on: stx_dev_major and stx_dev_minor, compared as one.</summary>
    public readonly ulong Device => device;

    /// <summary>
    /// When it came to be where it is, seconds and nanoseconds, good for comparing: a copy has another time, whatever it was told to
    /// keep. Empty where the file system does not say.
    /// </summary>
    public readonly string Born =>
        (known & Birth) == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"{bornSeconds}.{bornNanoseconds:D9}");

    /// <summary>
    /// Inode, size and st_ctime, good for comparing: another file under the name, and one that was written again, have others. The
    /// kernel's clock for it ticks every few milliseconds.
    /// </summary>
    public readonly string Version => string.Create(CultureInfo.InvariantCulture, $"{number} {size} {changedSeconds}.{changedNanoseconds:D9}");

    /// <summary>Whether it is a regular file.</summary>
    public readonly bool IsRegular => (mode & TypeMask) == TypeRegular;

    /// <summary>Whether it is a directory.</summary>
    public readonly bool IsDirectory => (mode & TypeMask) == TypeDirectory;

    /// <summary>Whether it is a symbolic link.</summary>
    public readonly bool IsLink => (mode & TypeMask) == TypeLink;

    /// <summary>Whether it belongs to this user or to root, and nobody else may write to it.</summary>
    public readonly bool IsOurs => (Owner == 0 || Owner == Posix.EffectiveUser()) && (IsLink || (Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0);
}

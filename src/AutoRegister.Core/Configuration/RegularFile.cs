using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// Opens files that must be regular ones. .NET's own open blocks on a FIFO until somebody writes to it and cannot tell a
/// device from a file, so this asks the kernel: open(2) with O_NONBLOCK, then statx(2) on the opened handle.
/// </summary>
internal static partial class RegularFile
{
    // errno(3); the same on every architecture .NET runs on with Linux.
    private const int NoSuchFile = 2;

    // fcntl(2), asm-generic: O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC.
    private const int OpenFlags = 0x100 | 0x800 | 0x80000;

    // statx(2): AT_EMPTY_PATH, STATX_TYPE | STATX_SIZE.
    private const int EmptyPath = 0x1000;
    private const uint TypeAndSize = 0x1 | 0x200;

    // inode(7).
    private const int TypeMask = 0xF000;
    private const int TypeDirectory = 0x4000;
    private const int TypeRegular = 0x8000;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The path on this machine.</param>
    /// <param name="size">The file's size; 0 also for files of /proc.</param>
    /// <param name="problem">Why there is no handle; <see langword="null"/> when the file does not exist.</param>
    /// <returns>The handle, or <see langword="null"/>.</returns>
    public static SafeFileHandle? TryOpen(string path, out long size, out string? problem)
    {
        size = 0;
        problem = null;
        var descriptor = Open(path, OpenFlags);
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            problem = error == NoSuchFile ? null : Marshal.GetPInvokeErrorMessage(error);
            return null;
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        problem = StatX(descriptor, string.Empty, EmptyPath, TypeAndSize, out var status) != 0
            ? Marshal.GetLastPInvokeErrorMessage()
            : (status.Mode & TypeMask) switch
            {
                TypeRegular => null,
                TypeDirectory => "it is a directory",
                _ => "it is not a regular file",
            };
        if (problem is null)
        {
            size = checked((long)status.Size);
            return handle;
        }

        handle.Dispose();
        return null;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int StatX(int directory, string path, int flags, uint mask, out FileStatus status);

    // struct statx has one layout on all architectures, which struct stat has not.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Size;
    }
}

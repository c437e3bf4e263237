using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>
/// Opens files that must be regular ones. .NET's own open blocks on a FIFO until somebody writes to it and cannot tell a
/// device from a file, so this asks the kernel: open(2) with O_NONBLOCK, then statx(2) on the opened handle.
/// </summary>
internal static class RegularFile
{
    // errno(3); the same on every architecture .NET runs on with Linux.
    private const int NoSuchFile = 2;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The path on this machine.</param>
    /// <param name="status">What is known of the opened file.</param>
    /// <param name="problem">Why there is no handle; <see langword="null"/> when the file does not exist.</param>
    /// <returns>The handle, or <see langword="null"/>.</returns>
    public static SafeFileHandle? TryOpen(string path, out FileStatus status, out string? problem)
    {
        status = default;
        problem = null;
        SafeFileHandle? handle = Posix.TryOpen(path, OpenFlags.NoTerminal | OpenFlags.NonBlocking);
        if (handle is null)
        {
            int error = Marshal.GetLastPInvokeError();
            problem = error == NoSuchFile ? null : Marshal.GetPInvokeErrorMessage(error);
            return null;
        }

        status = Posix.StatusOf(handle, path);
        problem = status.IsRegular ? null : status.IsDirectory ? "it is a directory" : "it is not a regular file";
        if (problem is null)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }
}

using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>The few system calls on directories that .NET does not offer.</summary>
internal static partial class Posix
{
    private const int OpenReadOnly = 0;
    private const int OpenCloseOnExec = 0x80000;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int WouldBlock = 11;
    private const int Interrupted = 4;
    private const int EmptyPath = 0x1000;
    private const uint StatXUser = 0x8;

    /// <summary>Opens a directory; it is an error when the path is none.</summary>
    /// <exception cref="IOException">open(2) or fstat(2) failed.</exception>
    internal static SafeFileHandle OpenDirectory(string path)
    {
        // O_DIRECTORY differs between architectures (0x10000 on x86, 0x4000 on arm): a trailing slash means the same everywhere.
        int descriptor = Open(path.TrimEnd('/') + "/", OpenReadOnly | OpenCloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("open", path);
    }

    /// <summary>Makes the entries of a directory durable (fsync(2) on it): without this a rename may be lost in a power cut.</summary>
    /// <exception cref="IOException">fsync(2) failed.</exception>
    internal static void SyncDirectory(string path)
    {
        using SafeFileHandle directory = OpenDirectory(path);
        while (FSync(directory) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failure("fsync", path);
            }
        }
    }

    /// <summary>Takes an exclusive flock(2) that dies with its process.</summary>
    /// <returns>Whether it was free.</returns>
    /// <exception cref="IOException">The file system has no locks.</exception>
    internal static bool TryLock(SafeFileHandle handle, string path)
    {
        while (FLock(handle, LockExclusive | LockNonBlocking) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == WouldBlock)
            {
                return false;
            }

            if (error != Interrupted)
            {
                throw Failure("flock", path);
            }
        }

        return true;
    }

    /// <summary>The user this process acts as (geteuid(2)).</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    /// <summary>Reads whose a directory is.</summary>
    /// <returns>The user id.</returns>
    /// <exception cref="IOException">statx(2) failed.</exception>
    internal static uint OwnerOf(SafeFileHandle handle, string path)
    {
        // struct statx is the same on every architecture, unlike struct stat; stx_uid is at offset 20 (statx(2)).
        Span<byte> status = stackalloc byte[256];
        return StatX(handle, string.Empty, EmptyPath, StatXUser, ref MemoryMarshal.GetReference(status)) == 0
            ? MemoryMarshal.Read<uint>(status[20..])
            : throw Failure("statx", path);
    }

    /// <summary>Gives a directory to a user; its group stays.</summary>
    /// <exception cref="IOException">fchown(2) failed.</exception>
    internal static void ChangeOwner(SafeFileHandle handle, uint user, string path)
    {
        if (FChOwn(handle, user, uint.MaxValue) != 0)
        {
            throw Failure("fchown", path);
        }
    }

    private static IOException Failure(string call, string path)
    {
        var cause = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"{call} on '{path}' failed: {cause.Message}", cause);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(SafeFileHandle handle, string path, int flags, uint mask, ref byte status);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int FChOwn(SafeFileHandle handle, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeFileHandle handle, int operation);
}

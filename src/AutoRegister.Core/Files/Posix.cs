using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>The few system calls that .NET does not offer, or does not check: its own flush calls return normally when fsync(2) fails.</summary>
internal static partial class Posix
{
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;

    /// <summary>EPERM.</summary>
    internal const int NotPermitted = 1;

    /// <summary>EACCES.</summary>
    internal const int AccessDenied = 13;

    private const int NoSuchFile = 2;
    private const int Exists = 17;
    private const int NotADirectory = 20;
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int CurrentDirectory = -100;
    private const int NoFollowLink = 0x100;
    private const int EmptyPath = 0x1000;
    private const int MayWrite = 2;

    /// <summary>Opens what is there; never creates.</summary>
    /// <returns>The handle; <see langword="null"/> when open(2) failed: <see cref="Marshal.GetLastPInvokeError"/> says why.</returns>
    internal static SafeFileHandle? TryOpen(string path, int flags)
    {
        int descriptor = Open(path, OpenFlags.ReadOnly | OpenFlags.CloseOnExec | flags);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
    }

    /// <summary>
    /// Opens a file that must be a regular one, for reading. .NET's own open blocks on a FIFO until somebody writes to it and cannot tell
    /// a device from a file, so this is open(2) with O_NONBLOCK, then statx(2) on the opened handle.
    /// </summary>
    /// <param name="path">The path on this machine; a link is followed.</param>
    /// <param name="status">What is known of what was opened.</param>
    /// <param name="problem">Why there is no handle; <see langword="null"/> when the file does not exist.</param>
    /// <returns>The handle, or <see langword="null"/>.</returns>
    internal static SafeFileHandle? TryOpenRegular(string path, out FileStatus status, out string? problem)
    {
        status = default;
        problem = null;
        SafeFileHandle? handle = TryOpen(path, OpenFlags.NoTerminal | OpenFlags.NonBlocking);
        if (handle is null)
        {
            int error = Marshal.GetLastPInvokeError();
            problem = error == NoSuchFile ? null : Marshal.GetPInvokeErrorMessage(error);
            return null;
        }

        status = StatusOf(handle, path);
        problem = status.IsRegular ? null : status.IsDirectory ? "it is a directory" : "it is not a regular file";
        if (problem is null)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Opens a directory; it is an error when the path is none.</summary>
    /// <exception cref="IOException">open(2) failed.</exception>
    internal static SafeFileHandle OpenDirectory(string path) => TryOpen(path, OpenFlags.Directory) ?? throw LastFailure("open", path);

    /// <summary>Makes the content of an open file, or the names in an open directory, durable.</summary>
    /// <exception cref="IOException">fsync(2) failed. What it was about is unknown from now on: a later fsync of the same file says nothing.</exception>
    internal static void Sync(SafeFileHandle handle, string path)
    {
        while (FSync(handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw LastFailure("fsync", path);
            }
        }
    }

    /// <summary>Makes the entries of a directory durable: without this a rename may be lost in a power cut.</summary>
    /// <exception cref="IOException">fsync(2) failed.</exception>
    internal static void SyncDirectory(string path)
    {
        using SafeFileHandle directory = OpenDirectory(path);
        Sync(directory, path);
    }

    /// <summary>Makes durable all of a file system (Linux 5.8 and later say when that fails, to whoever had a handle open when it did).</summary>
    /// <param name="handle">Anything in it.</param>
    /// <exception cref="IOException">syncfs(2) failed.</exception>
    internal static void SyncFileSystem(SafeFileHandle handle, string path)
    {
        if (SyncFs(handle) != 0)
        {
            throw LastFailure("syncfs", path);
        }
    }

    /// <summary>Makes a directory, for its owner only (0700).</summary>
    /// <returns>Whether it was made; not when the name is taken.</returns>
    /// <exception cref="IOException">mkdir(2) failed otherwise.</exception>
    internal static bool TryMakeDirectory(string path) =>
        MakeDirectory(path, 0x1C0) == 0 || (Marshal.GetLastPInvokeError() == Exists ? false : throw LastFailure("mkdir", path));

    /// <summary>Gives a file another name, over whatever has it. Links are renamed themselves.</summary>
    /// <exception cref="IOException">rename(2) failed.</exception>
    internal static void Rename(string from, string to)
    {
        if (RenameCall(from, to) != 0)
        {
            throw LastFailure("rename", from);
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
                throw LastFailure("flock", path);
            }
        }

        return true;
    }

    /// <summary>The user this process acts as (geteuid(2)).</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    /// <summary>The group this process acts as (getegid(2)).</summary>
    [LibraryImport("libc", EntryPoint = "getegid")]
    internal static partial uint EffectiveGroup();

    /// <summary>Reads what is known of an open file.</summary>
    /// <exception cref="IOException">statx(2) failed.</exception>
    internal static FileStatus StatusOf(SafeFileHandle handle, string path) =>
        StatX(handle, string.Empty, EmptyPath, FileStatus.Basic | FileStatus.Birth, out FileStatus status) == 0 ? status : throw LastFailure("statx", path);

    /// <summary>Reads what is known of a name; of a link, not of what it leads to.</summary>
    /// <returns>Its status; <see langword="null"/> when there is none.</returns>
    /// <exception cref="IOException">statx(2) failed otherwise.</exception>
    internal static FileStatus? StatusOf(string path)
    {
        if (StatX(CurrentDirectory, path, NoFollowLink, FileStatus.Basic | FileStatus.Birth, out FileStatus status) == 0)
        {
            return status;
        }

        return Marshal.GetLastPInvokeError() is NoSuchFile or NotADirectory ? null : throw LastFailure("statx", path);
    }

    /// <summary>Gives an open file to a user and, unless told to leave that, a group.</summary>
    /// <exception cref="IOException">fchown(2) failed.</exception>
    internal static void ChangeOwner(SafeFileHandle handle, uint user, string path, uint group = uint.MaxValue)
    {
        if (FChOwn(handle, user, group) != 0)
        {
            throw LastFailure("fchown", path);
        }
    }

    /// <summary>Asks the kernel whether something can be written: a read-only file system says no to root, too.</summary>
    /// <returns>The system's words when not; else <see langword="null"/>.</returns>
    internal static string? WhyNotWritable(string path) =>
        Access(path, MayWrite) == 0 ? null : Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    /// <summary>
    /// The error of the call that failed last. It names no type of an assembly that may have to be loaded first: whoever loads it asks for
    /// files, and leaves an errno of its own.
    /// </summary>
    internal static IOException LastFailure(string call, string path)
    {
        int error = Marshal.GetLastPInvokeError();

        // As .NET's own: HResult is the errno.
        return new IOException($"{call} on '{path}' failed: {Marshal.GetPInvokeErrorMessage(error)}") { HResult = error };
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameCall(string from, string to);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(SafeFileHandle handle, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int FChOwn(SafeFileHandle handle, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}

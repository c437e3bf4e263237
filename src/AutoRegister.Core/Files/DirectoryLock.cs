using System.Diagnostics;
using System.Globalization;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>
/// One run at a time per directory: flock(2) on the directory itself, so that the lock leaves no file behind and dies with
/// its process.
/// </summary>
public sealed class DirectoryLock : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private readonly SafeFileHandle handle;

    private DirectoryLock(SafeFileHandle handle) => this.handle = handle;

    /// <summary>Takes the lock, waiting for another run to end.</summary>
    /// <param name="path">The directory; it must exist.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="observer">Told once when there is something to wait for.</param>
    /// <returns>The lock; dispose to release it.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.RegistrationBusy"/> after <paramref name="patience"/>; <see cref="ErrorId.SotaDirectoryUnusable"/> when the directory cannot be locked; <see cref="ErrorId.DirectoryNotTrusted"/> when it is another user's.</exception>
    public static DirectoryLock Acquire(string path, TimeSpan patience, IRegistrationObserver observer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(observer);
        SafeFileHandle handle = Open(path);
        try
        {
            var waited = Stopwatch.StartNew();
            bool told = false;
            while (!TryLock(handle, path))
            {
                string holder = DescribeHolder(path);
                if (waited.Elapsed >= patience)
                {
                    throw new AutoRegisterException(
                        ErrorId.RegistrationBusy,
                        $"Another registration works in '{path}'{holder}.",
                        "Wait for it to end, then run this again.",
                        path);
                }

                if (!told)
                {
                    told = true;
                    observer.ReportStep($"Waiting for another registration in '{path}'{holder}");
                }

                cancellation.WaitHandle.WaitOne(Poll);
                cancellation.ThrowIfCancellationRequested();
            }

            return new DirectoryLock(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private static bool TryLock(SafeFileHandle handle, string path)
    {
        try
        {
            return Posix.TryLock(handle, path);
        }
        catch (IOException e)
        {
            throw new AutoRegisterException(
                ErrorId.SotaDirectoryUnusable, $"The directory '{path}' cannot be locked: {e.Message}", "Put it on a file system that has locks (flock(2)).", path, e);
        }
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return Posix.OpenDirectory(path);
        }
        catch (IOException e) when (e.HResult == Posix.AccessDenied && Posix.StatusOf(path) is { IsDirectory: true, Owner: not 0 and uint owner } && owner != Posix.EffectiveUser())
        {
            throw DirectoryTrust.Foreign(path, owner, e);
        }
        catch (IOException e)
        {
            throw new AutoRegisterException(
                ErrorId.SotaDirectoryUnusable, $"The directory '{path}' cannot be opened: {e.Message}", "Make it a directory that this user may read and write.", path, e);
        }
    }

    /// <summary>Reads the holder from /proc/locks (proc(5)): <c>1: FLOCK ADVISORY WRITE pid major:minor:inode 0 EOF</c>.</summary>
    private static string DescribeHolder(string path)
    {
        try
        {
            string inode = InodeOf(path);
            foreach (string line in File.ReadLines("/proc/locks"))
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 5 && fields[1] == "FLOCK" && fields[5].EndsWith(":" + inode, StringComparison.Ordinal)
                    && int.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0)
                {
                    return $" (process {pid})";
                }
            }
        }
        catch (IOException)
        {
            // Who it is is a courtesy; without /proc there is none.
        }

        return string.Empty;
    }

    private static string InodeOf(string path)
    {
        // fdinfo shows the inode of an open file since Linux 5.14 (proc(5)).
        using SafeFileHandle directory = Posix.OpenDirectory(path);
        string info = $"/proc/self/fdinfo/{directory.DangerousGetHandle()}";
        string? line = File.ReadLines(info).FirstOrDefault(text => text.StartsWith("ino:", StringComparison.Ordinal));
        return line is null ? "none" : line[4..].Trim();
    }
}

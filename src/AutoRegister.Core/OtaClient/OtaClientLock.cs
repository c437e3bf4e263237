using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.OtaClient;

/// <summary>The OTA client on this device: whether it runs. It must not while its credentials change under it.</summary>
public static class OtaClientLock
{
    /// <summary>The unit that runs the OTA client, unless told otherwise.</summary>
    public const string DefaultService = "aktualizr-lite";

    /// <summary>The file that the OTA client keeps locked while it runs, as the device sees it.</summary>
    public const string LockPath = "/var/lock/aklite.lock";

    /// <summary>
    /// Whether the OTA client runs: its lock file is there, and a shared lock on it cannot be taken (fcntl(2), what
    /// <c>boost::interprocess::file_lock</c> uses). A file left by a client that ended is no obstacle.
    /// </summary>
    /// <param name="root">The directory all device paths are below.</param>
    /// <returns>Whether it runs.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/>: nobody can tell.</exception>
    public static bool IsRunning(string root)
    {
        string path = RootedPath.Resolve(root, LockPath);
        if (!MayBeItsOwn(path))
        {
            return false;
        }

        try
        {
            // With ReadWrite sharing .NET takes no flock(2) of its own; Lock on a file that is open for reading is a shared fcntl lock.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return !TryShare(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AutoRegisterException(
                ErrorId.FileUnreadable,
                $"'{path}' cannot be opened to see whether the OTA client runs: {e.Message}",
                "Run this as the user that runs the OTA client, usually root.",
                path,
                e);
        }
    }

    /// <summary>Refuses to go on while the OTA client runs.</summary>
    /// <param name="root">The directory all device paths are below.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.OtaClientRunning"/>.</exception>
    internal static void RequireStopped(string root)
    {
        if (IsRunning(root))
        {
            throw new AutoRegisterException(
                ErrorId.OtaClientRunning,
                $"{DefaultService} already running: it holds the lock '{RootedPath.Resolve(root, LockPath)}'.",
                $"Stop it (systemctl stop {DefaultService}), then run this again.",
                LockPath);
        }
    }

    /// <summary>Everybody may make files in the directory of locks: a FIFO there would stop us, and another user's file is no client's that runs as root.</summary>
    private static bool MayBeItsOwn(string path)
    {
        try
        {
            return Posix.StatusOf(path) is { } there && (there.IsRegular || there.IsDirectory) && (there.Owner == 0 || there.Owner == Posix.EffectiveUser());
        }
        catch (IOException)
        {
            // Opening it says why.
            return true;
        }
    }

    private static bool TryShare(FileStream file)
    {
        try
        {
            file.Lock(0, 0);
            return true;
        }
        catch (IOException)
        {
            // As upstream: a lock that cannot be taken, for whatever reason, counts as held.
            return false;
        }
    }
}

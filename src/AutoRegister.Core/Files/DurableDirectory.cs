using AutoRegister.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>Directories that are there, or not, whenever the power goes.</summary>
public static class DurableDirectory
{
    /// <summary>For the owner only (0700).</summary>
    public const UnixFileMode OwnerOnly = AtomicFile.OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Others may look into it (0755).</summary>
    public const UnixFileMode Public = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Creates a directory durably, and what is missing above it with mode 0755; an existing one is left as it is.</summary>
    /// <param name="mode">Its exact mode, whatever the umask.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static void Create(string path, UnixFileMode mode = OwnerOnly)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
        {
            return;
        }

        try
        {
            string name = path.TrimEnd('/');
            string parent = Path.GetDirectoryName(name)!;
            if (!Directory.Exists(parent))
            {
                Create(parent, Public);
            }

            Directory.CreateDirectory(name, mode);
            using (SafeFileHandle made = OpenItself(name))
            {
                File.SetUnixFileMode(made, mode);
            }

            Posix.SyncDirectory(parent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(path, e);
        }
    }

    /// <summary>
    /// Makes the name of a directory durable that is there already: the run that made it may have been killed before it could,
    /// or been told that it failed. Where its parent may not be written to, nobody like us made it.
    /// </summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static void SyncName(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = path.TrimEnd('/');
        string parent = Path.GetDirectoryName(name) ?? "/";
        try
        {
            using SafeFileHandle? above = Posix.TryOpen(parent, OpenFlags.Directory);
            if (above is null || Posix.StatusOf(name)?.Device != Posix.StatusOf(above, parent).Device)
            {
                return;
            }

            // Something new for the fsync to write: without it one that follows a failed one succeeds and says nothing. A file, because
            // SoftHSM2 takes every directory beside its tokens for a token, and writes into what a killed run left.
            string mark = AtomicFile.TemporaryNameFor(name);
            if (Posix.WhyNotWritable(parent) is null)
            {
                File.Delete(mark);
                new FileStream(mark, FileMode.CreateNew).Dispose();
                File.Delete(mark);
            }

            Posix.Sync(above, parent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(path, e);
        }
    }

    /// <summary>Makes the names in a directory durable, and its own.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static void SyncNames(string path)
    {
        SyncName(path);
        try
        {
            Posix.SyncDirectory(path);
        }
        catch (IOException e)
        {
            throw WriteFailure.Of(path, e);
        }
    }

    /// <summary>Deletes a directory with everything in it, durably. One that others may write to is refused: they could make it another one meanwhile.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static void Delete(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using (SafeFileHandle opened = OpenItself(path))
            {
                if (!Posix.StatusOf(opened, path).IsOurs)
                {
                    throw new IOException($"'{path}' belongs to another user, or others may write to it.");
                }

                // By the handle, not by the name: whoever may write to the parent can give the name to something else.
                foreach (FileSystemInfo entry in new DirectoryInfo($"/proc/self/fd/{opened.DangerousGetHandle()}").EnumerateFileSystemInfos())
                {
                    Remove(entry);
                }
            }

            Directory.Delete(path);
            Posix.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(path, e);
        }
    }

    private static SafeFileHandle OpenItself(string path) =>
        Posix.TryOpen(path, OpenFlags.Directory | OpenFlags.NoFollow) ?? throw Posix.LastFailure("open", path);

    private static void Remove(FileSystemInfo entry)
    {
        if (entry is DirectoryInfo { LinkTarget: null } directory)
        {
            directory.Delete(recursive: true);
        }
        else
        {
            entry.Delete();
        }
    }
}

using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Storage;

/// <summary>The directory the factory owns: for its user alone, and for one process at a time.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly string path;
    private readonly FileStream held;

    private DataDirectory(string path, FileStream held)
    {
        this.path = path;
        this.held = held;
    }

    /// <summary>Makes the directory where there is none, checks its mode and takes its lock.</summary>
    public static DataDirectory Open(string path)
    {
        DurableDirectory.Create(Path.GetFullPath(path));

        // What a start that was killed renamed into place, and its own name.
        DurableDirectory.SyncNames(Path.GetFullPath(path));
        UnixFileMode others = File.GetUnixFileMode(path) & ~DurableDirectory.OwnerOnly;
        if (others != 0 && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new ExitException(ExitCode.Configuration, $"{path} is open to group or others: chmod 700 it, or name an empty directory");
        }

        File.SetUnixFileMode(path, DurableDirectory.OwnerOnly);
        return new DataDirectory(path, Lock(path));
    }

    /// <summary>The path of a file in the directory.</summary>
    public string this[string fileName] => Path.Combine(path, fileName);

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();

    // The lock (flock) goes with its process, however that ends; the file stays.
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(Path.Combine(path, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException e)
        {
            throw new ExitException(ExitCode.TemporaryFailure, $"{path} is in use by another lmp-factory ({e.Message})");
        }
    }
}

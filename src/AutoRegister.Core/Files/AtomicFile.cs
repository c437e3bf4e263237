using AutoRegister.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>
/// Files that are either the old or the new one, whenever the power goes: a temporary name in the same directory, the mode
/// set at creation, fsync, rename, fsync of the directory.
/// </summary>
public static class AtomicFile
{
    /// <summary>Readable and writable by the owner only (0600).</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Readable by all, writable by the owner (0644).</summary>
    public const UnixFileMode WorldReadable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>A directory for the owner only (0700).</summary>
    public const UnixFileMode OwnerOnlyDirectory = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>A directory others may look into (0755).</summary>
    public const UnixFileMode PublicDirectory = OwnerOnlyDirectory | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes a file durably. A leftover of an interrupted write is replaced.</summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="content">The whole content.</param>
    /// <param name="mode">The exact mode, whatever the umask.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>: disk full, read-only, I/O error. The old file is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        string directory = Path.GetDirectoryName(path)!;
        string temporary = TemporaryNameFor(path);
        try
        {
            File.Delete(temporary);
            WriteThrough(temporary, content, mode);
            File.Move(temporary, path, overwrite: true);
            Posix.SyncDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw WriteFailed(path, e);
        }
    }

    /// <summary>Deletes a file durably; it need not exist.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static void Delete(string path)
    {
        try
        {
            if (File.Exists(path))
            {
                File.Delete(path);
                Posix.SyncDirectory(Path.GetDirectoryName(path)!);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailed(path, e);
        }
    }

    /// <summary>Creates a directory durably, and what is missing above it with mode 0755; an existing one is left as it is.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="mode">Its exact mode, whatever the umask.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static void CreateDirectory(string path, UnixFileMode mode = OwnerOnlyDirectory)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        try
        {
            string parent = Path.GetDirectoryName(path.TrimEnd('/'))!;
            if (!Directory.Exists(parent))
            {
                CreateDirectory(parent, PublicDirectory);
            }

            Directory.CreateDirectory(path, mode);
            File.SetUnixFileMode(path, mode);
            Posix.SyncDirectory(parent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailed(path, e);
        }
    }

    /// <summary>Deletes a directory with everything in it, durably.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static void DeleteDirectory(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
            Posix.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailed(path, e);
        }
    }

    /// <summary>Makes durable what someone else wrote into a directory: its files, their names, and its own name.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static void SyncContents(string path)
    {
        try
        {
            foreach (string file in Directory.EnumerateFiles(path))
            {
                using SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                RandomAccess.FlushToDisk(handle);
            }

            Posix.SyncDirectory(path);
            Posix.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailed(path, e);
        }
    }

    /// <summary>The name a file has while it is being written; fixed, so that the next run overwrites what a killed one left.</summary>
    internal static string TemporaryNameFor(string path) =>
        Path.Join(Path.GetDirectoryName(path), $".{Path.GetFileName(path)}.part");

    private static void WriteThrough(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
            UnixCreateMode = OwnerOnly,
        };
        using var stream = new FileStream(path, options);
        stream.Write(content);
        File.SetUnixFileMode(stream.SafeFileHandle, mode);
        stream.Flush(flushToDisk: true);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The write's own error is the one to report; the next run deletes the leftover.
        }
    }

    private static AutoRegisterException WriteFailed(string path, Exception cause) => new(
        ErrorId.WriteFailed,
        $"'{path}' could not be written: {cause.Message}",
        "Make room, or make the file system writable, and run the registration again: it continues where it stopped.",
        path,
        cause);
}

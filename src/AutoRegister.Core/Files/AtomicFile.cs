using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>
/// Files that are either the old or the new one, whenever the power goes: a temporary name in the same directory, the mode
/// set at creation, fsync, rename, fsync of the directory. A file whose fsync failed is never the one that counts.
/// </summary>
public static class AtomicFile
{
    /// <summary>Readable and writable by the owner only (0600).</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Readable by all, writable by the owner (0644).</summary>
    public const UnixFileMode WorldReadable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>What the name of a file ends with while it is being written.</summary>
    internal const string TemporaryEnding = ".part";

    /// <summary>Writes a file durably. A leftover of an interrupted write is replaced.</summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="mode">The exact mode, whatever the umask.</param>
    /// <exception cref="AutoRegisterException">
    /// <see cref="ErrorId.WriteFailed"/>: disk full, read-only, I/O error. The old file is untouched, unless it was the fsync of the
    /// directory that failed: then it may be either, and where there was none there is none.
    /// </exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode) => Write(path, content, mode, like: null, path);

    /// <summary>Writes a text durably, as UTF-8 without a mark, for its owner only (0600).</summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>, as for bytes.</exception>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text), OwnerOnly);

    /// <summary>The same, for a file whose owner another one is taken from, and that is shown by another name.</summary>
    internal static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode, FileStatus? like, string shown)
    {
        bool isNew = false;
        try
        {
            WriteTemporary(path, content, mode, like);
            isNew = Posix.StatusOf(path) is null;
            File.Move(TemporaryNameFor(path), path, overwrite: true);
            Posix.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(TemporaryNameFor(path));
            if (isNew)
            {
                TryDelete(path);
            }

            throw WriteFailure.Of(shown, e);
        }
    }

    /// <summary>
    /// Writes files anew that are there: the same bytes, mode and owner, under a new name that takes the old one's place. For
    /// what an earlier run or another program wrote: nobody knows whether its fsync succeeded, and one after an fsync that
    /// failed succeeds without having written anything (fsync(2)).
    /// </summary>
    /// <param name="paths">Regular files, all of one directory.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>. The old files are untouched.</exception>
    public static void WriteAnew(params IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string current = string.Empty;
        try
        {
            foreach (string path in paths)
            {
                current = path;
                byte[] content = SmallFile.Read(path, out FileStatus status);
                try
                {
                    WriteTemporary(path, content, status.Mode, status);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(content);
                }
            }

            foreach (string path in paths)
            {
                current = path;
                File.Move(TemporaryNameFor(path), path, overwrite: true);
            }

            if (paths.Count > 0)
            {
                Posix.SyncDirectory(Path.GetDirectoryName(current)!);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            paths.ToList().ForEach(path => TryDelete(TemporaryNameFor(path)));
            throw WriteFailure.Of(current, e);
        }
    }

    /// <summary>Deletes a file durably; it need not exist.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static void Delete(string path)
    {
        try
        {
            if (Posix.StatusOf(path) is not null)
            {
                File.Delete(path);
                Posix.SyncDirectory(Path.GetDirectoryName(path)!);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(path, e);
        }
    }

    /// <summary>The name a file has while it is being written; fixed, so that the next run overwrites what a killed one left.</summary>
    internal static string TemporaryNameFor(string path) =>
        Path.Join(Path.GetDirectoryName(path), $".{Path.GetFileName(path)}{TemporaryEnding}");

    private static void WriteTemporary(string path, ReadOnlySpan<byte> content, UnixFileMode mode, FileStatus? like)
    {
        string temporary = TemporaryNameFor(path);
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
            UnixCreateMode = OwnerOnly,
        };
        using var stream = new FileStream(temporary, options);
        stream.Write(content);
        SafeFileHandle handle = stream.SafeFileHandle;
        FileStatus made = Posix.StatusOf(handle, temporary);
        if (like is FileStatus wanted && (wanted.Owner != made.Owner || wanted.Group != made.Group))
        {
            Posix.ChangeOwner(handle, wanted.Owner, temporary, wanted.Group);
        }

        File.SetUnixFileMode(handle, mode);
        Posix.Sync(handle, temporary);
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
}

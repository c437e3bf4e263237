using System.Collections.Concurrent;
using AutoRegister.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Storage;

/// <summary>
/// The journal of a line: one file to which its station appends what its devices must remember. Whoever continues one of them elsewhere
/// appends that it is not the line's any more. Of devices that are finished nothing is kept in memory.
/// </summary>
internal sealed class LineJournal : IDisposable
{
    /// <summary>What the names of such files end with.</summary>
    internal const string Ending = ".journal";

    private static readonly Dictionary<string, byte[]> Nothing = [];
    private readonly ConcurrentDictionary<string, JournalOrigin> origins = new(StringComparer.Ordinal);
    private readonly Lock state = new();
    private readonly SafeFileHandle handle;
    private readonly GroupFlush records;
    private readonly GroupFlush everything;
    private LineRecords known = new();
    private long length;
    private IOException? broken;

    // What another station wrote last, or a write that failed, may have no end: a record behind it would be a part of it.
    private bool mayBeTorn;

    private LineJournal(string path, SafeFileHandle handle, bool mayBeTorn)
    {
        (FilePath, this.handle, this.mayBeTorn) = (path, handle, mayBeTorn);
        records = new GroupFlush(() => Sync(Posix.Sync));
        everything = new GroupFlush(() => Sync(Posix.SyncFileSystem));
    }

    /// <summary>The file.</summary>
    internal string FilePath { get; }

    /// <summary>Its directory.</summary>
    internal string Folder => Path.GetDirectoryName(FilePath)!;

    /// <summary>The devices whose journal is in it.</summary>
    internal IReadOnlyList<string> Devices
    {
        get
        {
            lock (state)
            {
                return [.. known.Devices];
            }
        }
    }

    /// <summary>Makes a new one, durably; it is locked as long as this process has it.</summary>
    /// <param name="folder">Its directory.</param>
    /// <returns>The journal; <see langword="null"/> when another station took it for an abandoned one.</returns>
    /// <exception cref="IOException">It cannot be made.</exception>
    internal static LineJournal? TryCreate(string folder)
    {
        string path = Path.Join(folder, $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss'.'fffffff}-{Environment.ProcessId}{Ending}");
        new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = AtomicFile.OwnerOnly }).Dispose();
        LineJournal? made = TryOpen(path, mayBeTorn: false);
        if (made is not null && made.IsAbandoned() && Posix.StatusOf(path) is not null)
        {
            Posix.SyncDirectory(folder);
            return made;
        }

        made?.Dispose();
        return null;
    }

    /// <summary>Opens one that is there.</summary>
    /// <param name="mayBeTorn">Whether the last record may lack its end.</param>
    /// <returns>The journal, nothing of it read; <see langword="null"/> when it is gone, or is not ours.</returns>
    internal static LineJournal? TryOpen(string path, bool mayBeTorn = true)
    {
        SafeFileHandle? opened = Posix.TryOpen(path, OpenFlags.ReadWrite | OpenFlags.Append | OpenFlags.NoFollow | OpenFlags.NonBlocking);
        if (opened is not null && Posix.StatusOf(opened, path) is { IsRegular: true, IsOurs: true })
        {
            return new LineJournal(path, opened, mayBeTorn);
        }

        opened?.Dispose();
        return null;
    }

    /// <summary>Whether its station has ended; then it is locked by this process.</summary>
    internal bool IsAbandoned() => Posix.TryLock(handle, FilePath);

    /// <summary>Where its records lie: asked once, for the machine stays the same.</summary>
    internal JournalOrigin OriginBelow(string root) => origins.GetOrAdd(root, below => JournalOrigin.Of(MachineFacts.Read(below), Folder));

    /// <summary>A device's pieces, names and contents.</summary>
    internal IReadOnlyDictionary<string, byte[]> PiecesOf(string device)
    {
        lock (state)
        {
            return known.PiecesOf(device) is { } pieces ? new Dictionary<string, byte[]>(pieces) : Nothing;
        }
    }

    /// <summary>Appends a record, which is not durable yet.</summary>
    /// <exception cref="Errors.AutoRegisterException"><see cref="Errors.ErrorId.WriteFailed"/>.</exception>
    internal void Append(LineRecord record)
    {
        byte[] line = record.Encode();
        try
        {
            lock (state)
            {
                // What follows bytes that are unknown would not be found again.
                if (broken is not null)
                {
                    throw broken;
                }

                // With O_APPEND the system appends, whatever offset it is given (pwrite(2), BUGS).
                byte[] written = mayBeTorn ? [(byte)'\n', .. line] : line;
                mayBeTorn = true;
                RandomAccess.Write(handle, written, 0);
                mayBeTorn = false;
                length += written.Length;
                known.Apply(record);
            }
        }
        catch (IOException e)
        {
            throw WriteFailure.Of(FilePath, e);
        }
    }

    /// <summary>Returns when all that was appended is durable.</summary>
    /// <param name="files">And all other files and names of its file system.</param>
    /// <exception cref="Errors.AutoRegisterException"><see cref="Errors.ErrorId.WriteFailed"/>, for all that wait for the same flush.</exception>
    internal void Settle(bool files)
    {
        try
        {
            (files ? everything : records).Wait();
        }
        catch (IOException e)
        {
            throw WriteFailure.Of(FilePath, e);
        }
    }

    /// <summary>Reads what others have appended, if any have.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal void Refresh()
    {
        lock (state)
        {
            if (RandomAccess.GetLength(handle) is long now && now != length)
            {
                // Those of our own come once more, in their order.
                known = LineRecords.Read(handle, now);
                length = now;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private void Sync(Action<SafeFileHandle, string> sync)
    {
        try
        {
            sync(handle, FilePath);
        }
        catch (IOException e)
        {
            lock (state)
            {
                broken = e;
            }

            throw;
        }
    }
}

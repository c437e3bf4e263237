using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>
/// A file that may be another user's, in a directory of his: root reads, replaces and deletes it there, and nowhere else. For root
/// links count only where root made them and nobody else could change them; who owns the file stays its owner.
/// </summary>
internal sealed class OwnersFile : IDisposable
{
    // The kernel gives up after as many (path_resolution(7)).
    private const int MaximumLinks = 40;

    private readonly string shown;
    private readonly Stack<string> pending = new();
    private SafeFileHandle directory;
    private bool isForeign;
    private int links;

    private OwnersFile(string path)
    {
        shown = path;
        directory = OpenTop();
        Push(path);
    }

    /// <summary>Whether the file is there.</summary>
    public bool Exists => Status is not null;

    /// <summary>What is known of the file; <see langword="null"/> when it is not there.</summary>
    public FileStatus? Status { get; private set; }

    /// <summary>A path that leads to the file whatever happens to the directories' names; good while this object is.</summary>
    public string StablePath { get; private set; } = string.Empty;

    /// <summary>Finds a file.</summary>
    /// <param name="path">A full path; the file need not exist.</param>
    /// <param name="create">Whether missing directories are made, for their parent's owner alone.</param>
    /// <returns>The file; <see langword="null"/> when a directory is missing.</returns>
    /// <exception cref="IOException">A link on the way is another user's, or a directory cannot be opened.</exception>
    public static OwnersFile? Find(string path, bool create)
    {
        var file = new OwnersFile(Path.GetFullPath(path));
        try
        {
            if (file.Walk(create))
            {
                return file;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Replaces the file durably; mode and owner stay, and a new one is its directory's owner's alone (0600).</summary>
    /// <exception cref="Errors.AutoRegisterException"><see cref="Errors.ErrorId.WriteFailed"/>.</exception>
    public void Write(ReadOnlySpan<byte> content) => AtomicFile.Write(
        StablePath, content, Status?.Mode ?? AtomicFile.OwnerOnly, Status ?? Posix.StatusOf(directory, shown), shown);

    /// <inheritdoc/>
    public void Dispose() => directory.Dispose();

    private bool Walk(bool create)
    {
        while (pending.TryPop(out string? part))
        {
            string next = $"/proc/self/fd/{directory.DangerousGetHandle()}/{part}";
            FileStatus? status = Posix.StatusOf(next);
            if (status is { IsLink: true } link)
            {
                Follow(next, link);
            }
            else if (pending.Count == 0)
            {
                (StablePath, Status) = (next, status);
            }
            else if (status is not null || create)
            {
                Enter(next, made: status is null);
            }
            else
            {
                return false;
            }
        }

        return StablePath.Length > 0;
    }

    private void Follow(string path, FileStatus link)
    {
        // For anybody else than root a link leads where that user may go anyway.
        if (Posix.EffectiveUser() == 0 && (isForeign || link.Owner != 0))
        {
            throw new IOException($"'{shown}' leads through a link that {(link.Owner != 0 ? $"user {link.Owner} made" : "others can change")}, which root does not follow");
        }

        if (++links > MaximumLinks)
        {
            throw new IOException($"'{shown}' leads through too many links");
        }

        string target = new FileInfo(path).LinkTarget ?? throw new IOException($"'{shown}' was changed meanwhile");
        if (target.StartsWith('/'))
        {
            Change(OpenTop());
            isForeign = false;
        }

        Push(target);
    }

    private void Enter(string path, bool made)
    {
        if (made)
        {
            DurableDirectory.Create(path);
        }

        SafeFileHandle entered = Posix.TryOpen(path, (made ? OpenFlags.ReadOnly : OpenFlags.PathOnly) | OpenFlags.Directory | OpenFlags.NoFollow) ?? throw Posix.LastFailure("open", shown);
        FileStatus parent = Posix.StatusOf(directory, shown);
        if (made && parent.Owner != Posix.EffectiveUser())
        {
            Posix.ChangeOwner(entered, parent.Owner, shown, parent.Group);
        }

        Change(entered);
        FileStatus status = Posix.StatusOf(entered, shown);
        isForeign |= !status.IsOurs && !(status.Owner == 0 && status.Mode.HasFlag(UnixFileMode.StickyBit));
    }

    private static SafeFileHandle OpenTop() => Posix.TryOpen("/", OpenFlags.PathOnly | OpenFlags.Directory) ?? throw Posix.LastFailure("open", "/");

    private void Change(SafeFileHandle other)
    {
        directory.Dispose();
        directory = other;
    }

    private void Push(string path)
    {
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            pending.Push(part);
        }
    }
}

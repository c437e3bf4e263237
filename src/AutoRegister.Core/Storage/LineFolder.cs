using AutoRegister.Core.Files;

namespace AutoRegister.Core.Storage;

/// <summary>
/// The journals of lines whose devices are directories of one folder: a hidden directory beside them. A station has a file of its own in
/// it, and reads those of others, so that a device which one has begun is continued by any.
/// </summary>
/// <param name="folder">The directory that the devices' directories are in.</param>
internal sealed class LineFolder(string folder)
{
    /// <summary>The directory's name.</summary>
    internal const string Name = ".registration-lines";

    // Their flush of all is one that can be relied on, with its errors: ext4_sync_fs, xfs_fs_sync_fs and btrfs_sync_fs flush the disk's cache.
    private static readonly string[] FileSystems = ["ext4", "ext3", "ext2", "xfs", "btrfs", "tmpfs"];
    private static readonly Version SaysErrors = new(5, 8);

    private readonly Lock state = new();
    private readonly Dictionary<string, LineJournal> journals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Begun> begun = new(StringComparer.Ordinal);
    private LineJournal? own;
    private bool unsuited;

    private string Lines => Path.Join(folder, Name);

    /// <summary>Makes the directory of a device that this line is the first to know.</summary>
    /// <param name="root">The directory that the paths of the device are below.</param>
    /// <returns>Whether it was made; otherwise nothing was.</returns>
    /// <exception cref="Errors.AutoRegisterException"><see cref="Errors.ErrorId.WriteFailed"/>.</exception>
    internal bool TryBegin(string name, string root)
    {
        try
        {
            lock (state)
            {
                if (unsuited || (own ??= Create()) is null)
                {
                    unsuited = true;
                    return false;
                }

                if (!Posix.TryMakeDirectory(Path.Join(folder, name)))
                {
                    return false;
                }

                begun[name] = new Begun(root);
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(Lines, e);
        }
    }

    /// <summary>Finds a device of this process's line. The caller holds its lock.</summary>
    /// <returns>Its storage; <see langword="null"/> when it is none, not any more, or was continued elsewhere.</returns>
    internal LineDevice? Find(string name)
    {
        lock (state)
        {
            if (own is null || !begun.TryGetValue(name, out Begun? device))
            {
                return null;
            }

            // Nothing of it is remembered before its first step has begun, and when somebody else has continued it.
            own.Refresh();
            bool isFirst = !device.WasFound;
            device.WasFound = true;
            return (isFirst || own.PiecesOf(name).Count > 0) && !Directory.Exists(new DeviceDirectory(Path.Join(folder, name)).JournalPath) ? new LineDevice(own, name) : null;
        }
    }

    /// <summary>Finds what lines, this process's or others, remember of a device. The caller holds its lock.</summary>
    /// <returns>The newest first.</returns>
    internal IReadOnlyList<LineDevice> LeftOf(string name)
    {
        if (Posix.StatusOf(Lines) is not { IsDirectory: true, IsOurs: true })
        {
            return [];
        }

        lock (state)
        {
            Look();
            return [.. journals.OrderByDescending(pair => pair.Key, StringComparer.Ordinal).Where(pair => pair.Value.PiecesOf(name).Count > 0).Select(pair => new LineDevice(pair.Value, name))];
        }
    }

    /// <summary>Removes the journals that remember nothing any more and have no station.</summary>
    internal void RemoveEmpty()
    {
        lock (state)
        {
            foreach ((string path, LineJournal journal) in journals.ToArray())
            {
                if (journal != own && journal.Devices.Count == 0 && journal.IsAbandoned())
                {
                    // Locked, and read again: nobody appends any more but to say that a device is not the line's.
                    File.Delete(path);
                    journals.Remove(path);
                }
            }

            if (journals.Count == 0)
            {
                TryRemove();
            }
        }
    }

    /// <summary>Ends this process's line.</summary>
    /// <returns>The directories of devices it still remembers, with the roots of their paths.</returns>
    internal IReadOnlyList<(string SotaPath, string Root)> End()
    {
        lock (state)
        {
            IEnumerable<string> names = own?.Devices ?? [];
            own = null;
            return [.. names.Where(begun.ContainsKey).Select(name => (Path.Join(folder, name), begun[name].Root))];
        }
    }

    private LineJournal? Create()
    {
        DurableDirectory.Create(folder, DurableDirectory.Public);
        if (Environment.OSVersion.Version < SaysErrors || !FileSystems.Contains(new DriveInfo(folder).DriveFormat))
        {
            return null;
        }

        // A station that ends removes what it finds empty.
        LineJournal? made = null;
        while (made is null)
        {
            DurableDirectory.Create(Lines);
            if (Posix.StatusOf(Lines) is { } status && status is not { IsDirectory: true, IsOurs: true })
            {
                return null;
            }

            try
            {
                made = LineJournal.TryCreate(Lines);
            }
            catch (DirectoryNotFoundException)
            {
                made = null;
            }
        }

        journals.Add(made.FilePath, made);
        return made;
    }

    // A file that was read is read on, so that a line that begins again with thousands of devices does not read all of it for each.
    private void Look()
    {
        string[] paths = Files();

        // None is closed here: another device may be about to settle what it appended.
        foreach (string gone in journals.Keys.Except(paths).ToList())
        {
            journals.Remove(gone);
        }

        foreach (string path in paths)
        {
            if (!journals.ContainsKey(path) && LineJournal.TryOpen(path) is LineJournal opened)
            {
                journals.Add(path, opened);
            }
        }

        journals.Values.ToList().ForEach(journal => journal.Refresh());
    }

    private string[] Files()
    {
        try
        {
            return Directory.GetFiles(Lines, "*" + LineJournal.Ending);
        }
        catch (DirectoryNotFoundException)
        {
            // The last station that had a journal in it has ended meanwhile.
            return [];
        }
    }

    private void TryRemove()
    {
        try
        {
            Directory.Delete(Lines);
        }
        catch (IOException)
        {
            // Another station's journal is in it, or it is gone.
        }
    }

    private sealed class Begun(string root)
    {
        internal string Root => root;

        internal bool WasFound { get; set; }
    }
}

using System.Collections.Concurrent;

namespace AutoRegister.Core.Storage;

/// <summary>The folders with the devices of lines that this process has met.</summary>
internal static class LineFolders
{
    private static readonly ConcurrentDictionary<string, LineFolder> Folders = new(StringComparer.Ordinal);

    /// <summary>Begins a device on a line.</summary>
    /// <param name="sotaPath">Its directory.</param>
    /// <param name="root">The directory that its paths are below.</param>
    /// <returns>Whether its directory was made; otherwise nothing was.</returns>
    internal static bool TryBegin(string sotaPath, string root)
    {
        (string folder, string name) = Split(sotaPath);
        return name.Length > 0 && Folders.GetOrAdd(folder, path => new LineFolder(path)).TryBegin(name, root);
    }

    /// <summary>Finds a device of this process's line. The caller holds its lock.</summary>
    /// <returns>Its storage; <see langword="null"/> when it is none, not any more, or was continued elsewhere.</returns>
    internal static LineDevice? Find(string sotaPath)
    {
        (string folder, string name) = Split(sotaPath);
        return Folders.TryGetValue(folder, out LineFolder? line) ? line.Find(name) : null;
    }

    /// <summary>Finds what lines, this process's or others, remember of a device. The caller holds its lock.</summary>
    /// <returns>The newest first.</returns>
    internal static IReadOnlyList<LineDevice> LeftOf(string sotaPath)
    {
        (string folder, string name) = Split(sotaPath);
        return Directory.Exists(Path.Join(folder, LineFolder.Name)) ? Folders.GetOrAdd(folder, path => new LineFolder(path)).LeftOf(name) : [];
    }

    /// <summary>Removes the journals beside a device that remember nothing any more and have no station.</summary>
    internal static void RemoveEmpty(string sotaPath) => FolderOf(sotaPath)?.RemoveEmpty();

    /// <summary>The folder of a device; <see langword="null"/> when this process has met no line in it.</summary>
    internal static LineFolder? FolderOf(string sotaPath) => Folders.GetValueOrDefault(Split(sotaPath).Folder);

    /// <summary>Ends the lines of this process.</summary>
    /// <returns>The devices they still remember, with the roots of their paths.</returns>
    internal static IReadOnlyList<(string SotaPath, string Root)> End() =>
        [.. Folders.Values.SelectMany(folder => folder.End())];

    /// <summary>Forgets all journals; those that remember nothing are removed.</summary>
    internal static void Forget()
    {
        foreach (string path in Folders.Keys)
        {
            if (Folders.TryRemove(path, out LineFolder? folder))
            {
                folder.RemoveEmpty();
            }
        }
    }

    private static (string Folder, string Name) Split(string sotaPath)
    {
        string full = Path.GetFullPath(sotaPath).TrimEnd('/');
        return (Path.GetDirectoryName(full) ?? "/", Path.GetFileName(full));
    }
}

using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Files;

/// <summary>
/// Finds a device path below a root directory the way the device itself would: an absolute link target starts again at
/// that root, and <c>..</c> never leaves it (openat2(2), <c>RESOLVE_IN_ROOT</c>). Without this, a link in a mounted
/// image such as <c>/etc/os-release -> /usr/lib/os-release</c> would read the file of the machine it is mounted on.
/// </summary>
public static class RootedPath
{
    // The kernel gives up after as many (path_resolution(7)).
    private const int MaximumLinks = 40;

    /// <summary>Refuses a root directory that is not there.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.RootNotFound"/>.</exception>
    public static void RequireRoot(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new AutoRegisterException(ErrorId.RootNotFound, $"The root directory {root} does not exist.", target: root);
        }
    }

    /// <summary>Follows all links of a device path; parts that do not exist are kept as they are.</summary>
    /// <param name="root">The root directory; with <c>/</c> the path is left to the kernel.</param>
    /// <param name="devicePath">An absolute path as the device sees it.</param>
    /// <returns>The path on this machine, free of links below the root.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/>: the links never end.</exception>
    public static string Resolve(string root, string devicePath)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(devicePath);
        if (root == "/")
        {
            return DevicePath.Below(root, devicePath);
        }

        var pending = new Stack<string>();
        var found = new List<string>();
        int links = 0;
        Push(pending, devicePath);
        while (pending.TryPop(out string? part))
        {
            if (part == "..")
            {
                found.RemoveRange(Math.Max(found.Count - 1, 0), Math.Min(found.Count, 1));
                continue;
            }

            found.Add(part);
            if (LinkTarget(Join(root, found)) is not string target)
            {
                continue;
            }

            if (++links > MaximumLinks)
            {
                throw new AutoRegisterException(
                    ErrorId.FileUnreadable, $"{DevicePath.Below(root, devicePath)}: too many levels of symbolic links.", "Remove the loop of links.", devicePath);
            }

            found.RemoveAt(found.Count - 1);
            if (target.StartsWith('/'))
            {
                found.Clear();
            }

            Push(pending, target);
        }

        return Join(root, found);
    }

    /// <summary>
    /// A device path as messages show it: one that whoever reads them can open. Below a root that is where its links lead, because a link
    /// that starts at <c>/</c> leads elsewhere on this machine.
    /// </summary>
    /// <param name="devicePath">An absolute path as the device sees it.</param>
    /// <returns>The path on this machine; with <c>/</c> the path as it is.</returns>
    internal static string Shown(string root, string devicePath) => root == "/" ? devicePath : Resolve(root, devicePath);

    /// <summary>The link that the last part of a device path is, wherever it leads.</summary>
    /// <param name="devicePath">An absolute path as the device sees it.</param>
    /// <returns>The link's own path on this machine; <see langword="null"/> where it is none.</returns>
    internal static string? FindLink(string root, string devicePath)
    {
        string path = Path.Join(Resolve(root, Path.GetDirectoryName(devicePath) ?? "/"), Path.GetFileName(devicePath));
        return LinkTarget(path) is null ? null : path;
    }

    private static string? LinkTarget(string path) => new FileInfo(path).LinkTarget;

    private static string Join(string root, List<string> parts) => DevicePath.Below(root, string.Join('/', parts));

    private static void Push(Stack<string> pending, string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i] != ".")
            {
                pending.Push(parts[i]);
            }
        }
    }
}

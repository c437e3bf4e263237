using System.Text;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// The environment that systemd gives a service: <c>Environment=</c> of its unit file and the drop-ins beside it, and what the manager gives
/// all (systemd.unit(5), systemd.exec(5), systemd-system.conf(5)). Read from the files, because there is no bus to ask in a sandbox or an image.
/// </summary>
internal static class UnitEnvironment
{
    // The first that has a file of a name counts (systemd.unit(5), unit file load path).
    private static readonly string[] Folders = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd"];

    /// <summary>Reads a service's environment.</summary>
    /// <param name="root">The directory device paths are below.</param>
    /// <param name="service">The unit's name.</param>
    /// <returns>The variables; <see langword="null"/> where there is no such unit.</returns>
    public static IReadOnlyDictionary<string, string>? Of(string root, string service)
    {
        string? unit = Folders.Select(folder => Below(root, $"{folder}/system/{service}")).FirstOrDefault(File.Exists);
        if (unit is null)
        {
            return null;
        }

        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] manager = [.. Folders.Select(folder => Below(root, $"{folder}/system.conf")).Where(File.Exists).Take(1), .. DropIns(root, "system.conf.d")];
        Array.ForEach(manager, file => Read(file, "DefaultEnvironment", found));
        string[] own = [unit, .. DropIns(root, "system/service.d"), .. DropIns(root, $"system/{service}.d")];
        Array.ForEach(own, file => Read(file, "Environment", found));
        return found;
    }

    private static IEnumerable<string> DropIns(string root, string folder) => Folders
        .Select(parent => Below(root, $"{parent}/{folder}"))
        .Where(Directory.Exists)
        .SelectMany(directory => Directory.EnumerateFiles(directory, "*.conf"))
        .DistinctBy(Path.GetFileName)
        .OrderBy(Path.GetFileName, StringComparer.Ordinal);

    private static string Below(string root, string path) => RootedPath.Resolve(root, path);

    private static void Read(string file, string key, Dictionary<string, string> into)
    {
        string text;
        try
        {
            text = File.ReadAllText(file).Replace("\\\n", " ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A unit that nobody can read, systemd cannot either.
            return;
        }

        foreach (string line in text.Split('\n'))
        {
            string[] parts = line.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || parts[0] != key)
            {
                continue;
            }

            if (parts[1].Length == 0)
            {
                into.Clear();
            }

            // What has a specifier ("%t") is known to systemd alone.
            foreach (string[] assignment in Words(parts[1]).Select(word => word.Replace("%%", "\0", StringComparison.Ordinal)).Where(word => !word.Contains('%', StringComparison.Ordinal)).Select(word => word.Replace('\0', '%').Split('=', 2)).Where(pair => pair.Length == 2))
            {
                into[assignment[0]] = assignment[1];
            }
        }
    }

    // Words with quotes around them or around parts of them (systemd.syntax(7), quoting).
    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        char quote = '\0';
        foreach (char c in text + " ")
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                    word.Clear();
                }
            }
            else
            {
                word.Append(c);
            }
        }
    }
}

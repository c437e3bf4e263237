using System.Text;

namespace AutoRegister.Core.Files;

/// <summary>
/// The environment that systemd gives a service: <c>Environment=</c> and <c>EnvironmentFile=</c> of its unit file and the drop-ins beside it,
/// and what the manager gives all (systemd.unit(5), systemd.exec(5), systemd-system.conf(5)). Read from the files, because there is no bus
/// to ask in a sandbox or an image.
/// </summary>
internal static class UnitEnvironment
{
    // The first that has a file of a name counts (systemd.unit(5), unit file load path).
    private static readonly string[] Folders = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd"];

    /// <summary>Reads a service's environment.</summary>
    /// <param name="root">The directory device paths are below.</param>
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
        string[] own = [unit, .. DropIns(root, "system/service.d"), .. DropIns(root, $"system/{service}.d")];

        // The files after all of Environment=, wherever that stands. A "-" before a file says that it may be missing; without the others
        // the unit does not start.
        string[] assignments =
        [
            .. Settings(manager, "DefaultEnvironment").Concat(Settings(own, "Environment")).SelectMany(Words),
            .. Settings(own, "EnvironmentFile").SelectMany(file => Matching(Below(root, file.TrimStart('-')))).SelectMany(file => Lines(file, string.Empty)).Select(Assignment),
        ];
        foreach (string[] pair in assignments.Select(text => text.Split('=', 2)).Where(pair => pair.Length == 2))
        {
            found[pair[0]] = pair[1];
        }

        return found;
    }

    private static IEnumerable<string> DropIns(string root, string folder) => Folders
        .Select(parent => Below(root, $"{parent}/{folder}"))
        .Where(Directory.Exists)
        .SelectMany(directory => Directory.EnumerateFiles(directory, "*.conf"))
        .DistinctBy(Path.GetFileName)
        .OrderBy(Path.GetFileName, StringComparer.Ordinal);

    private static string Below(string root, string path) => RootedPath.Resolve(root, path);

    private static IEnumerable<string> Matching(string path) => Path.GetFileName(path) is string name && name.AsSpan().ContainsAny('*', '?') && Path.GetDirectoryName(path) is string folder && Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, name).Order(StringComparer.Ordinal)
        : [path];

    /// <summary>The values of a setting in all of the files; an empty one takes back those before it.</summary>
    private static List<string> Settings(string[] files, string key)
    {
        var values = new List<string>();
        foreach (string[] parts in files.SelectMany(file => Lines(file, " ")).Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries)).Where(parts => parts.Length == 2 && parts[0] == key))
        {
            if (parts[1].Length == 0)
            {
                values.Clear();
            }
            else
            {
                values.Add(parts[1]);
            }
        }

        return values;
    }

    private static string[] Lines(string file, string continued)
    {
        // What nobody can read, systemd cannot either.
        return SmallFile.TryRead(file, SmallFile.MaximumLength, out byte[] content, out _) is null
            ? SmallFile.TextOf(content).Replace("\\\n", continued, StringComparison.Ordinal).Split('\n')
            : [];
    }

    // What has a specifier ("%t") is known to systemd alone.
    private static IEnumerable<string> Words(string setting) => Parts(setting, separate: true)
        .Select(word => word.Replace("%%", "\0", StringComparison.Ordinal)).Where(word => !word.Contains('%', StringComparison.Ordinal)).Select(word => word.Replace('\0', '%'));

    // A line of a file is one assignment, with blanks in its value, or a comment.
    private static string Assignment(string line) => line.Split('=', 2, StringSplitOptions.TrimEntries) is [[not '#' and not ';', ..] name, string value]
        ? $"{name}={Parts(value, separate: false).FirstOrDefault()}"
        : string.Empty;

    // Quotes around a word or parts of it, and what is escaped (systemd.syntax(7), quoting; systemd.exec(5), EnvironmentFile=).
    private static IEnumerable<string> Parts(string text, bool separate)
    {
        var word = new StringBuilder();
        char quote = '\0';
        for (int at = 0; at < text.Length; at++)
        {
            char c = text[at];
            if (c == '\\' && quote != '\'' && at + 1 < text.Length)
            {
                word.Append(text[++at]);
            }
            else if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
            }
            else if (!separate || quote != '\0' || !char.IsWhiteSpace(c))
            {
                word.Append(c);
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }
}

using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// The variables of os-release(5) that LmP adds. All other lines are not our business: a distribution may write there
/// what it likes, and upstream reads past it too.
/// </summary>
public sealed class OsRelease
{
    /// <summary>Where upstream reads it.</summary>
    public const string DefaultPath = "/etc/os-release";

    // os-release(5): /etc/os-release is a link to this one, which is used when there is no link.
    private const string VendorPath = "/usr/lib/os-release";

    // A misspelt name is not much longer than the right one.
    private const int LongestName = 40;

    private static readonly string[] Names = ["LMP_FACTORY", "LMP_FACTORY_TAG", "LMP_MACHINE"];

    // Names that are like ours, and the lines they are on.
    private readonly List<(string Name, SettingSource Source)> similar = [];
    private readonly Dictionary<string, Sourced<string>> values = [];
    private string path = DefaultPath;
    private bool isThere;

    /// <summary>The factory the image was built for.</summary>
    internal Sourced<string>? Factory => Find(Names[0]);

    /// <summary>The tag the image was built for.</summary>
    internal Sourced<string>? FactoryTag => Find(Names[1]);

    /// <summary>The machine the image was built for.</summary>
    internal Sourced<string>? Machine => Find(Names[2]);

    /// <summary>Reads the file of a device; a device without one has none of the variables.</summary>
    /// <param name="root">The directory device paths are below.</param>
    public static OsRelease Read(string root)
    {
        using ConfigFile? file = ConfigFile.TryRead(root, DefaultPath) ?? ConfigFile.TryRead(root, VendorPath);
        return file is null ? new OsRelease { path = RootedPath.Shown(root, DefaultPath) } : Parse(file);
    }

    /// <summary>Says that one of the variables is not there, and what is there in its place.</summary>
    /// <returns>A part of a sentence.</returns>
    internal string Lacks(string name)
    {
        if (!isThere)
        {
            return $"there is no {path}";
        }

        string[] meant = [.. similar.Where(one => NearestName.Of(one.Name, Names).Contains(name)).Select(one => $"{one.Name} in {one.Source}")];
        return $"{path} has no {name}{(meant.Length == 0 ? string.Empty : $" (but {NearestName.Words(meant)}, which is not read)")}";
    }

    /// <summary>Parses a file.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.OsReleaseInvalid"/>: one of our variables is there, but not as an assignment.</exception>
    public static OsRelease Parse(ConfigFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var result = new OsRelease { path = file.Name, isThere = true };
        var lines = new ConfigLines(file.Utf8);
        while (lines.MoveNext())
        {
            ReadOnlySpan<byte> line = lines.Current.Trim(" \t"u8);
            int length = ShellWord.Name(line);
            string name = Encoding.ASCII.GetString(line[..length]);
            if (Names.Contains(name, StringComparer.Ordinal))
            {
                // The last one counts, as for a shell that reads the file.
                result.values[name] = new Sourced<string>(Value(file, lines.Number, name, line[length..]), file.At(lines.Number));
            }
            else if (length is > 0 and <= LongestName && line[length..].StartsWith("="u8) && NearestName.Of(name, Names).Count > 0)
            {
                result.similar.Add((name, file.At(lines.Number)));
            }
        }

        return result;
    }

    private static string Value(ConfigFile file, int number, string name, ReadOnlySpan<byte> rest)
    {
        string? problem = "there is no '=' right after the name";
        if (rest.StartsWith("="u8))
        {
            rest = rest[1..];
            using Secret? value = ShellWord.Read(ref rest, exporting: false, out problem);
            rest = rest.TrimStart(" \t"u8);
            if (value is not null && (rest.IsEmpty || rest[0] == '#'))
            {
                return Encoding.UTF8.GetString(value.Utf8);
            }

            problem ??= "there is more than one value; a value with blanks needs quotes";
        }

        string place = file.At(number).ToString();
        throw new AutoRegisterException(
            ErrorId.OsReleaseInvalid, $"{place}: {name}: {problem}.", $"Write the line as {name}=\"value\", as os-release(5) says.", place);
    }

    // LMP_FACTORY="" says no more than no line at all.
    private Sourced<string>? Find(string name) => values.TryGetValue(name, out Sourced<string> value) && value.Value.Length > 0 ? value : null;
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;

namespace AutoRegister.Core.Sota;

/// <summary>
/// An override of a registration request: a key of <c>sota.toml</c> and its value as TOML source. A server checks it as the device will
/// check the answer, so that no device gets what it must refuse.
/// </summary>
public static class SotaOverride
{
    /// <summary>Reads an override.</summary>
    /// <param name="keys">The keys that may be there.</param>
    /// <param name="source">One text in double quotes, one whole number, <c>true</c> or <c>false</c>.</param>
    /// <param name="value">The value as it is written into the file.</param>
    /// <returns>Why it cannot be written; <see langword="null"/> when it can.</returns>
    public static string? Read(SotaKeys keys, string section, string key, string source, out string value)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(source);
        value = string.Empty;
        if (SotaKeys.IsProgram(section, key))
        {
            return "is a command that the OTA client would run as root: an image names it in /usr/lib/sota/conf.d";
        }

        if (keys.KindOf(section, key) is not SotaValueKind kind)
        {
            return "is no key that the OTA client is known to have";
        }

        // Looked at before it is parsed: arrays and tables may be nested deeper than a parser can go.
        string plain = source.Trim(' ');
        if (plain.Length == 0 || plain[0] is '[' or '{' || Characters.Unprintable(plain) is not null
            || TomlEntries.TryRead($"{key} = {plain}\n", out _) is not [TomlEntry { Path.Count: 1 } entry])
        {
            return "must be one TOML value on one line; a text carries its own double quotes";
        }

        if (plain != (entry.Kind == TomlEntryKind.Text ? $"\"{entry.Text}\"" : entry.Text))
        {
            return "must be spelled plainly, without escapes, literal strings, comments and multi-line strings: the OTA client knows none of them";
        }

        string? problem = SotaValues.Take(kind, entry, out string taken);
        value = new SotaEntry(section, key, kind, taken).Source;
        return problem;
    }
}

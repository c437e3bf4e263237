using AutoRegister.Core.Configuration;

namespace AutoRegister.Core.Sota;

/// <summary>The two programs that read <c>sota.toml</c>, fioconfig (strict TOML) and aktualizr-lite (INI), beside each other.</summary>
internal static class SotaReaders
{
    /// <summary>Finds what one of them cannot read, or reads otherwise than the other.</summary>
    /// <returns>What it is, with its line; <see langword="null"/> when both read the same.</returns>
    internal static string? Difference(string text)
    {
        if (TomlEntries.TryRead(text, out string problem) is not List<TomlEntry> toml || IniEntries.TryRead(text, out problem) is not { } ini)
        {
            return problem;
        }

        foreach (TomlEntry entry in toml)
        {
            string? other = entry.Path.Count == 2 && ini.TryGetValue((entry.Path[0], entry.Path[1]), out string? value) ? value : null;
            if (entry.Kind == TomlEntryKind.Table ? entry.Path.Count != 1 || !SotaKeys.IsBare(entry.Path[0]) : entry.Kind == TomlEntryKind.Other || other != entry.Text)
            {
                return $"line {entry.Line}: the OTA client reads {entry.Name} {(other is null ? "not at all" : "as something else")}, because it knows only plain 'key = \"value\"' lines in plain sections";
            }
        }

        int values = toml.Count(entry => entry.Kind != TomlEntryKind.Table);
        return ini.Count == values ? null : $"the OTA client reads {ini.Count} values in it, and a TOML parser {values}";
    }
}

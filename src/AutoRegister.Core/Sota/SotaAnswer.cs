using AutoRegister.Core.Configuration;

namespace AutoRegister.Core.Sota;

/// <summary>Checks what a server's <c>sota.toml</c> says, name by name and value by value.</summary>
internal static class SotaAnswer
{
    /// <summary>Checks all of it.</summary>
    /// <param name="keys">What it may say.</param>
    /// <returns>Its lines as they are written.</returns>
    /// <exception cref="Errors.AutoRegisterException"><see cref="Errors.ErrorId.SotaTomlInvalid"/>, with the line.</exception>
    internal static List<SotaEntry> Check(IEnumerable<TomlEntry> read, SotaKeys keys)
    {
        var lines = new List<SotaEntry>();
        foreach (TomlEntry entry in read)
        {
            string section = entry.Path[0];
            if (section == SotaKeys.TokenSection)
            {
                throw Invalid(entry, "is of a [p11] section of its own, which the device writes itself");
            }

            if (entry.Kind == TomlEntryKind.Table && entry.Path.Count == 1)
            {
                if (!keys.HasSection(section))
                {
                    throw Unknown(entry, "section", keys);
                }

                continue;
            }

            if (entry.Path.Count != 2 || entry.Kind is TomlEntryKind.Table or TomlEntryKind.Other)
            {
                throw Invalid(entry, entry.Path.Count == 1 && entry.Kind != TomlEntryKind.Other ? "is in no section" : "is no single value in a section, and the OTA client has no others");
            }

            if (SotaKeys.IsProgram(section, entry.Path[1]))
            {
                throw Invalid(entry, "is a command that the OTA client would run as root, and none is taken from a server: an image names it in /usr/lib/sota/conf.d");
            }

            SotaValueKind kind = keys.KindOf(section, entry.Path[1]) ?? throw Unknown(entry, "key", keys);
            string? problem = SotaValues.Take(kind, entry, out string value);
            lines.Add(problem is null ? new SotaEntry(section, entry.Path[1], kind, value) : throw Invalid(entry, problem));
        }

        return lines;
    }

    private static Errors.AutoRegisterException Unknown(TomlEntry entry, string what, SotaKeys keys) => SotaToml.Invalid(
        $"line {entry.Line}: {entry.Name} is no {what} that the OTA client is known to have; {keys.FilePath} of the device can add it");

    private static Errors.AutoRegisterException Invalid(TomlEntry entry, string what) => SotaToml.Invalid($"line {entry.Line}: {entry.Name} {what}");
}

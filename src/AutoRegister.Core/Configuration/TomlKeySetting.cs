using System.Text;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// Keys that a server's <c>sota.toml</c> may have besides those of <see cref="SotaKeys.Standard"/>: parameter, else the file that an
/// integrator puts into the image, one <c>section.key</c> or <c>section.key:kind</c> a line.
/// </summary>
internal static class TomlKeySetting
{
    /// <summary>The file, as the device sees it.</summary>
    public const string DefaultPath = "/etc/sota/toml-keys";

    /// <summary>Reads the names and checks them.</summary>
    /// <exception cref="Errors.AutoRegisterException"><see cref="Errors.ErrorId.SettingInvalid"/>.</exception>
    public static Sourced<IReadOnlyList<string>>? Read(SettingLayers from)
    {
        SettingInputs inputs = from.Inputs;
        if (from.Parameter<IReadOnlyList<string>>() is { } given)
        {
            SotaKeys.Standard.With(given.Value, given.Source.ToString());
            return given;
        }

        using ConfigFile? file = inputs.Options.IgnoreDeviceFiles ? null : ConfigFile.TryRead(inputs.Root, DefaultPath);
        return file is null ? SettingInputs.Default<IReadOnlyList<string>>([]) : new Sourced<IReadOnlyList<string>>(Parse(file), new SettingSource(SettingSourceKind.File, file.Name));
    }

    private static List<string> Parse(ConfigFile file)
    {
        var names = new List<string>();
        var lines = new ConfigLines(file.Utf8);
        while (lines.MoveNext())
        {
            string line = Encoding.UTF8.GetString(lines.Current).Split('#')[0].Trim();
            if (line.Length > 0)
            {
                SotaKeys.Standard.With([line], file.At(lines.Number).ToString());
                names.Add(line);
            }
        }

        return names;
    }
}

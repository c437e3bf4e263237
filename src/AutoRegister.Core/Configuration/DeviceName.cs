using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>The name of the device as it appears in the factory; the UUID when nobody chose one.</summary>
public static class DeviceName
{
    /// <summary>The host name file, as the device sees it.</summary>
    public const string HostnamePath = "/etc/hostname";

    /// <summary>The most characters a name may have.</summary>
    public const int MaximumLength = 255;

    // hostname(5): "composed of up to 64 7-bit ASCII" characters; HOST_NAME_MAX in Linux.
    private const int MaximumHostname = 64;

    /// <summary>Reads it: parameter, else the host name, where it is asked for.</summary>
    internal static Sourced<string>? Read(SettingLayers from)
    {
        if (from.Parameter<string>() is { } given)
        {
            Require(given.Value, given.Source.ToString());
            return given;
        }

        SotaConfigOptions options = from.Inputs.Options;
        return options.UseHostname ?? (!options.IgnoreDeviceFiles && from.Variable is not null)
            ? new Sourced<string>(FromHostname(from.Inputs.Root, out SettingSource source), source)
            : null;
    }

    /// <summary>Judges a name that somebody chose.</summary>
    /// <param name="place">Where it came from, for messages.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.DeviceNameInvalid"/>.</exception>
    public static void Require(string name, string place)
    {
        ArgumentNullException.ThrowIfNull(name);
        string? problem = string.IsNullOrWhiteSpace(name) ? "the device name is empty"
            : name.Length > MaximumLength ? $"the device name has more than {MaximumLength} characters"
            : Characters.Unprintable(name) is string wrong ? $"the device name has {wrong}"
            : null;
        if (problem is not null)
        {
            throw new AutoRegisterException(ErrorId.DeviceNameInvalid, $"{place}: {problem}.", "Give another name, or none to use the UUID.", place);
        }
    }

    /// <summary>Takes the name from <c>/etc/hostname</c>, whose format hostname(5) gives: one name, and comment lines.</summary>
    /// <param name="root">The directory device paths are below.</param>
    /// <param name="source">The line the name is on.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HostnameInvalid"/>.</exception>
    public static string FromHostname(string root, out SettingSource source)
    {
        string path = RootedPath.Shown(root, HostnamePath);
        using ConfigFile file = ConfigFile.TryRead(root, HostnamePath)
            ?? throw Invalid(path, path, "the file does not exist, and the device is to be named after it");
        string name = ParseHostname(file, out int line);
        source = file.At(line);
        return name;
    }

    /// <summary>Parses a host name file.</summary>
    /// <param name="line">The line the name is on.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HostnameInvalid"/>.</exception>
    public static string ParseHostname(ConfigFile file, out int line)
    {
        ArgumentNullException.ThrowIfNull(file);
        string? name = null;
        line = 0;
        var lines = new ConfigLines(file.Utf8);
        while (lines.MoveNext())
        {
            ReadOnlySpan<byte> text = lines.Current.Trim(" \t"u8);
            if (text.IsEmpty || text[0] == '#')
            {
                continue;
            }

            if (name is not null)
            {
                throw Invalid(file.Name, file.At(lines.Number).ToString(), "this is a second line; the file must hold one name");
            }

            name = Encoding.UTF8.GetString(text);
            line = lines.Number;
        }

        return name is null ? throw Invalid(file.Name, file.Name, "the file is empty")
            : Characters.Outside(name, Characters.Name) is string wrong ? throw Invalid(file.Name, file.At(line).ToString(), $"a host name cannot have {wrong}")
            : name.Length > MaximumHostname ? throw Invalid(file.Name, file.At(line).ToString(), $"the host name has more than {MaximumHostname} characters")
            : name;
    }

    private static AutoRegisterException Invalid(string path, string place, string problem) => new(
        ErrorId.HostnameInvalid, $"{place}: {problem}.", $"Write the host name into {path}, or unset USE_HOSTNAME.", place);
}

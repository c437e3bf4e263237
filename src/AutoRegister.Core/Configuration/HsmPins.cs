using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11;

namespace AutoRegister.Core.Configuration;

/// <summary>The PINs of the device's token from each place that may have them. Whoever asks owns the copy it gets.</summary>
internal static class HsmPins
{
    /// <summary>A PIN that was given; empty is none.</summary>
    public static Sourced<Secret>? FromParameter(SettingInputs inputs, TypedSetting<Secret> setting) =>
        inputs.Given(setting) is { Value.Length: > 0 } given ? Copy(given) : null;

    /// <summary>A copy of somebody else's.</summary>
    public static Sourced<Secret>? Copy(Sourced<Secret>? owned) =>
        owned is { } pin ? new Sourced<Secret>(Secret.FromUtf8(pin.Value.Utf8), pin.Source) : null;

    /// <summary>The user PIN in the file that a URI names (<c>pin-source</c>).</summary>
    /// <param name="root">The directory the file is below: this machine's for a parameter, the device's for its hsm file.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/>, or an id of the PIN.</exception>
    public static Sourced<Secret>? FromUri(Sourced<Pkcs11Uri>? uri, string root)
    {
        if (uri is not { Value.PinPath: string path } said)
        {
            return null;
        }

        using ConfigFile file = ConfigFile.TryRead(root, path)
            ?? throw new AutoRegisterException(
                ErrorId.FileUnreadable,
                $"{said.Source}: the PIN file '{RootedPath.Shown(root, path)}' that the PKCS#11 URI names is not there.",
                $"Write the PIN into that file, or correct the {PinSource(said.Source).Place}.",
                RootedPath.Shown(root, path));
        return In(file, file.Name, line => file.At(line) with { NamedBy = PinSource(said.Source) });
    }

    /// <summary>A PIN in a systemd credential.</summary>
    public static Sourced<Secret>? FromCredential(SettingInputs inputs, SettingDefinition setting)
    {
        string name = setting.Credential!;
        using ConfigFile? file = inputs.Options.IgnoreDeviceFiles ? null : inputs.Credential(name);
        return file is null ? null : In(file, $"systemd credential {name} ({file.Name})", _ => SettingInputs.FromCredential(name));
    }

    /// <summary>The user PIN that the hsm file says, or the file that its URI names.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmPinConflict"/> where they differ.</exception>
    public static Sourced<Secret>? FromFile(HsmFile? file, string root)
    {
        Sourced<Secret>? named = FromUri(file?.Uri, root);
        if (file?.Pin is not { } own)
        {
            return named;
        }

        bool same = named is not { } other || other.Value.SameAs(own.Value);
        named?.Value.Dispose();
        return same ? Copy(own) : throw new AutoRegisterException(
            ErrorId.HsmPinConflict,
            $"{own.Source}: {own.Source.Setting} is not what the file holds that the {PinSource(file.Uri!.Value.Source).Place} names.",
            "Say the PIN once; a wrong PIN would lock the token.",
            own.Source.ToString());
    }

    private static SettingSource PinSource(SettingSource uri) => Pkcs11Uri.PartOf(uri, "pin-source");

    private static Sourced<Secret> In(ConfigFile file, string name, Func<int, SettingSource> source)
    {
        ReadOnlySpan<byte> pin = ConfigLine.Only(file, ErrorId.HsmSettingUnusable, "PIN", out int number, keepBlanks: true);
        return number > 0
            ? new Sourced<Secret>(Secret.FromUtf8(pin), source(number))
            : throw new AutoRegisterException(ErrorId.HsmSettingMissing, $"The {name} is empty.", "Put the PIN into it, or remove it.", name);
    }
}

using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Configuration;

/// <summary>Which token is the device's, as far as the configuration says: parameters, then the hsm file; a URI and a single setting of one layer must not contradict each other.</summary>
internal sealed record TokenSettings
{
    /// <summary>The label; <c>aktualizr</c> unless told otherwise.</summary>
    public required Sourced<string> Label { get; init; }

    /// <summary>The serial number, when told.</summary>
    public Sourced<string>? Serial { get; init; }

    /// <summary>The manufacturer, when told.</summary>
    public Sourced<string>? Manufacturer { get; init; }

    /// <summary>The model, when told.</summary>
    public Sourced<string>? Model { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <param name="uri">The URI that was given as a parameter.</param>
    /// <param name="file">The hsm file; <see langword="null"/> where none is read.</param>
    public static TokenSettings Read(SettingInputs inputs, Sourced<Pkcs11Uri>? uri, HsmFile? file)
    {
        Sourced<Pkcs11Uri>? filed = file?.Uri;
        var settings = new TokenSettings
        {
            Label = Pkcs11Uri.Agree(inputs.Given(SettingCatalogue.TokenLabel), uri, "token", u => u.Token)
                ?? Pkcs11Uri.Agree(null, filed, "token", u => u.Token)
                ?? SettingInputs.Default(HsmSettings.DefaultTokenLabel),
            Serial = Pkcs11Uri.Agree(inputs.Given(SettingCatalogue.TokenSerial), uri, "serial", u => u.Serial) ?? file?.TokenSerial,
            Manufacturer = Pkcs11Uri.Agree(null, uri, "manufacturer", u => u.Manufacturer) ?? Pkcs11Uri.Agree(null, filed, "manufacturer", u => u.Manufacturer),
            Model = Pkcs11Uri.Agree(null, uri, "model", u => u.Model) ?? Pkcs11Uri.Agree(null, filed, "model", u => u.Model),
        };
        if (settings.Label.Value != HsmSettings.DefaultTokenLabel)
        {
            inputs.Observer.ReportWarning(
                $"The token label is '{settings.Label.Value}'. The OTA client of LmP looks for '{HsmSettings.DefaultTokenLabel}': sota.toml will name the label, and a drop-in that is read after it must not name another.");
        }

        return settings;
    }
}

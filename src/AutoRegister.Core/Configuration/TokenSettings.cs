using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Configuration;

/// <summary>Which token is the device's, as far as the configuration says: parameters and URI, which must not contradict each other.</summary>
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
    /// <param name="inputs">The layers.</param>
    /// <param name="uri">The URI; empty when none was given.</param>
    /// <returns>The settings.</returns>
    public static TokenSettings Read(SettingInputs inputs, Pkcs11Uri? uri)
    {
        var settings = new TokenSettings
        {
            Label = One("TokenLabel", inputs.Options.TokenLabel, uri?.Token) ?? SettingInputs.Default(HsmSettings.DefaultTokenLabel),
            Serial = One("TokenSerial", inputs.Options.TokenSerial, uri?.Serial),
            Manufacturer = One("Manufacturer", null, uri?.Manufacturer),
            Model = One("Model", null, uri?.Model),
        };
        if (settings.Label.Value != HsmSettings.DefaultTokenLabel)
        {
            inputs.Observer.ReportWarning(
                $"The token label is '{settings.Label.Value}'. The OTA client of LmP looks for '{HsmSettings.DefaultTokenLabel}': sota.toml will name the label, and a drop-in that is read after it must not name another.");
        }

        return settings;
    }

    /// <summary>The value of a parameter or of the URI.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmSettingUnusable"/> where they differ.</exception>
    public static Sourced<string>? One(string name, string? parameter, string? uri) =>
        parameter is not null && uri is not null && parameter != uri
            ? throw new AutoRegisterException(ErrorId.HsmSettingUnusable, $"-{name} is '{Printable.Text(parameter)}', and the PKCS#11 URI says '{Printable.Text(uri)}'.", "Say it once.", name)
            : SettingInputs.Parameter(name, parameter) ?? SettingInputs.Parameter("Pkcs11Uri", uri);
}

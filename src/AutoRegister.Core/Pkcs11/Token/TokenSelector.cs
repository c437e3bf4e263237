using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.Token;

/// <summary>How the device's token is told from others. Never by slot number: initialisation may change it.</summary>
/// <param name="Label">The token's label, without padding.</param>
/// <param name="Serial">The token's serial number, where the label is not enough.</param>
/// <param name="Manufacturer">The token's manufacturer, where it matters.</param>
/// <param name="Model">The token's model, where it matters.</param>
public sealed record TokenSelector(string Label = HsmSettings.DefaultTokenLabel, string? Serial = null, string? Manufacturer = null, string? Model = null)
{
    /// <summary>The selector of a configuration.</summary>
    public static TokenSelector Of(HsmSettings hsm)
    {
        ArgumentNullException.ThrowIfNull(hsm);
        return new TokenSelector(hsm.TokenLabel, hsm.TokenSerial, hsm.TokenManufacturer, hsm.TokenModel);
    }

    /// <summary>The selector in words.</summary>
    public override string ToString() => Serial is null ? $"\"{Label}\"" : $"\"{Label}\" (serial {Serial})";

    /// <summary>Whether a token that is initialised is the one.</summary>
    /// <returns>Whether it is.</returns>
    public bool Matches(TokenInfo token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.IsInitialized && token.Label == Label && MatchesHardware(token);
    }

    /// <summary>Whether a blank token may become the one.</summary>
    /// <returns>Whether it may.</returns>
    public bool MatchesBlank(TokenInfo token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return !token.IsInitialized && MatchesHardware(token);
    }

    private bool MatchesHardware(TokenInfo token) =>
        (Serial is null || token.Serial == Serial)
        && (Manufacturer is null || token.Manufacturer == Manufacturer)
        && (Model is null || token.Model == Model);
}

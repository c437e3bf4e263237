using AutoRegister.Core.Base;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Configuration;

/// <summary>The HSM settings with their sources. The secrets are owned by whoever holds this.</summary>
internal sealed record HsmSources(Sourced<string> Module, Sourced<Secret> Pin, Sourced<Secret> SoPin, TokenSettings Token) : IDisposable
{
    /// <summary>The PKCS#11 URI as it was given; it cannot hold a PIN.</summary>
    public Sourced<string>? Uri { get; init; }

    /// <summary>How long one call may take.</summary>
    public Sourced<TimeSpan>? CallTimeout { get; init; }

    /// <summary>The string the module is given at initialisation.</summary>
    public Sourced<string>? ModuleParameters { get; init; }

    /// <summary>The key the URI names, if it names one.</summary>
    public KeyReference? NamedKey { get; init; }

    /// <summary>The hsm file, as whoever reads messages can open it.</summary>
    public required string FilePath { get; init; }

    /// <summary>Whether keys that a factory reset left in the token are to be replaced.</summary>
    public bool ReplaceKeys { get; init; }

    /// <summary>The settings alone.</summary>
    public HsmSettings Settings => new()
    {
        ModulePath = Module.Value,
        Pin = Pin.Value,
        SoPin = SoPin.Value,
        TokenLabel = Token.Label.Value,
        TokenSerial = Token.Serial?.Value,
        TokenManufacturer = Token.Manufacturer?.Value,
        TokenModel = Token.Model?.Value,
        CallTimeout = CallTimeout?.Value,
        ModuleParameters = ModuleParameters?.Value,
        NamedKey = NamedKey,
        ReplaceKeys = ReplaceKeys,
        ModuleSource = Module.Source,
        PinSource = Pin.Source,
        SoPinSource = SoPin.Source,
        CallTimeoutSource = CallTimeout?.Source,
        FilePath = FilePath,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Pin.Value.Dispose();
        SoPin.Value.Dispose();
    }
}

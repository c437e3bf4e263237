using AutoRegister.Core.Base;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Settings;

/// <summary>What <c>/etc/sota/hsm</c> says: the PKCS#11 module and the PINs of the device's token.</summary>
public sealed record HsmSettings
{
    /// <summary>The label of the token LmP's OTA client looks for.</summary>
    public const string DefaultTokenLabel = "aktualizr";

    /// <summary>The hsm file, as the device sees it.</summary>
    public const string DefaultFile = "/etc/sota/hsm";

    /// <summary>Path of the PKCS#11 module, on the machine this runs on (never below a root directory).</summary>
    public required string ModulePath { get; init; }

    /// <summary>The user PIN (<c>HSM_PIN</c>).</summary>
    public required Secret Pin { get; init; }

    /// <summary>The security officer's PIN (<c>HSM_SOPIN</c>); used only to initialise a blank token.</summary>
    public required Secret SoPin { get; init; }

    /// <summary>Label of the token, at most 32 bytes of UTF-8.</summary>
    public string TokenLabel { get; init; } = DefaultTokenLabel;

    /// <summary>Serial number of the token, where several have the label; <see langword="null"/> when the label is enough.</summary>
    public string? TokenSerial { get; init; }

    /// <summary>The token's manufacturer, where it matters.</summary>
    public string? TokenManufacturer { get; init; }

    /// <summary>The token's model, where it matters.</summary>
    public string? TokenModel { get; init; }

    /// <summary>The names of the device's key and certificate in the token: its own where many devices share one.</summary>
    public DeviceObjects Objects { get; init; } = DeviceObjects.Standard;

    /// <summary>The key that a PKCS#11 URI names, for <c>New-HsmDeviceKey -UseExisting</c>.</summary>
    public KeyReference? NamedKey { get; init; }

    /// <summary>How long one call to the module may take; <see langword="null"/> for two minutes, and ten where a key is made or a PIN typed.</summary>
    public TimeSpan? CallTimeout { get; init; }

    /// <summary>
    /// Whether the module serves several threads at once, as PKCS#11 2.40, section 5.4, lets one promise (<c>CKF_OS_LOCKING_OK</c>), and keeps
    /// the promise: its sessions do not wait for each other's calls then. HSMs of the network do; SoftHSM2 2.6 does not.
    /// </summary>
    public bool ServesThreads { get; init; }

    /// <summary>
    /// Whether keys and certificates that are under the device's names when a registration begins are removed, whoever made them
    /// (<c>HSM_REPLACE_KEYS</c>): what a factory reset leaves in the token.
    /// </summary>
    public bool ReplaceKeys { get; init; }

    /// <summary>Where <see cref="ModulePath"/> came from, for messages; <see langword="null"/> where nobody said.</summary>
    public SettingSource? ModuleSource { get; init; }

    /// <summary>Where <see cref="Pin"/> came from, for messages; <see langword="null"/> where nobody said.</summary>
    public SettingSource? PinSource { get; init; }

    /// <summary>Where <see cref="SoPin"/> came from, for messages; <see langword="null"/> where nobody said.</summary>
    public SettingSource? SoPinSource { get; init; }

    /// <summary>Where <see cref="CallTimeout"/> came from, for messages; <see langword="null"/> where nobody said.</summary>
    public SettingSource? CallTimeoutSource { get; init; }

    /// <summary>The hsm file as whoever reads messages can open it: below the root directory. It need not be there.</summary>
    public string FilePath { get; init; } = DefaultFile;

    /// <summary>The string given to the module at initialisation (<c>pReserved</c>), for the few modules that want one (NSS).</summary>
    public string? ModuleParameters { get; init; }

    /// <summary>
    /// What the module, its slots and its sessions are made with, where not as Pkcs11Interop makes them: where a double of one goes in.
    /// Uses of one module share it, so the first user's counts.
    /// </summary>
    internal Pkcs11InteropFactories? Factories { get; init; }

    /// <summary>Token and module, and no PIN.</summary>
    public override string ToString() => $"{TokenLabel} ({ModulePath})";
}

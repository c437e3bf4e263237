using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister;

/// <summary>
/// What this device is told to be: everything a registration needs, read from files, environment and parameters.
/// Paths are as the device sees them (<c>/var/sota</c>); <see cref="Resolve"/> puts them below <see cref="Root"/>. Its secrets are shared
/// with its copies, and gone for all of them once one is disposed of.
/// </summary>
public sealed record SotaConfig : IDisposable
{
    /// <summary>The hosted registration endpoint.</summary>
    public const string DefaultDeviceApi = "https://api.foundries.io/ota/devices/";

    /// <summary>The hosted OAuth base.</summary>
    public const string DefaultOAuthBase = "https://app.foundries.io/oauth";

    /// <summary>The OTA client's directory, unless told otherwise.</summary>
    public const string DefaultSotaDirectory = "/var/sota";

    /// <summary>The header that carries the API token, unless told otherwise.</summary>
    public const string DefaultApiTokenHeader = "OSF-TOKEN";

    /// <summary>A configuration before anything is read.</summary>
    internal static SotaConfig Unread => new() { Factory = string.Empty, Tags = [], HardwareId = string.Empty };

    /// <summary>Who the device is. Its members are this configuration's own for those who have it.</summary>
    internal DeviceDescription Device { get; init; } = DeviceDescription.Unknown;

    /// <summary>How this machine reaches token and server, and the secrets for that. Its members are this configuration's own, likewise.</summary>
    internal MachineAccess Access { get; init; } = new();

    /// <summary>Directory all device paths are below: <c>/</c> on the device, a mounted image on a station.</summary>
    public string Root { get; init; } = "/";

    /// <summary>The OTA client's directory, as the device sees it.</summary>
    public string SotaDirectory { get; init; } = DefaultSotaDirectory;

    /// <summary>The factory; the OU of the device certificate.</summary>
    public required string Factory { get => Device.Factory; init => Device = Device with { Factory = value }; }

    /// <summary>The tags whose targets the OTA client follows; usually one.</summary>
    public required IReadOnlyList<string> Tags { get => Device.Tags; init => Device = Device with { Tags = value }; }

    /// <summary>The hardware id (<c>LMP_MACHINE</c>).</summary>
    public required string HardwareId { get => Device.HardwareId; init => Device = Device with { HardwareId = value }; }

    /// <summary>The device name, when one was chosen; else the UUID is used.</summary>
    public string? Name { get => Device.Name; init => Device = Device with { Name = value }; }

    /// <summary>The UUID, when one was chosen; else one is found or made.</summary>
    public string? Uuid { get => Device.Uuid; init => Device = Device with { Uuid = value }; }

    /// <summary>Whether a chosen UUID must have the form 8-4-4-4-12.</summary>
    public bool ValidateUuid { get => Device.ValidateUuid; init => Device = Device with { ValidateUuid = value }; }

    /// <summary>Whether this is a production device (<c>businessCategory=production</c> in the CSR).</summary>
    public bool Production { get => Device.Production; init => Device = Device with { Production = value }; }

    /// <summary>The device group, when one was chosen.</summary>
    public string? DeviceGroup { get => Device.DeviceGroup; init => Device = Device with { DeviceGroup = value }; }

    /// <summary>The apps to run; empty means all apps of the target.</summary>
    public IReadOnlyList<string> Apps { get => Device.Apps; init => Device = Device with { Apps = value }; }

    /// <summary>
    /// The restorable apps. <see langword="null"/>: not told (upstream's default, a blank). Empty: disabled unless the image
    /// is preloaded with restorable apps. Else: these, besides <see cref="Apps"/>.
    /// </summary>
    public IReadOnlyList<string>? RestorableApps { get => Device.RestorableApps; init => Device = Device with { RestorableApps = value }; }

    /// <summary>Whether the OSTree proxy server is used.</summary>
    public bool UseOstreeServer { get => Device.UseOstreeServer; init => Device = Device with { UseOstreeServer = value }; }

    /// <summary>The registration endpoint.</summary>
    public Uri DeviceApi { get => Access.DeviceApi; init => Access = Access with { DeviceApi = value }; }

    /// <summary>The base of the OAuth device flow.</summary>
    public Uri OAuthBase { get => Access.OAuthBase; init => Access = Access with { OAuthBase = value }; }

    /// <summary>The API token; <see langword="null"/> when none is configured.</summary>
    public Secret? ApiToken { get => Access.ApiToken; init => Access = Access with { ApiToken = value }; }

    /// <summary>
    /// The file on this machine that holds <see cref="ApiToken"/>, or did before it was removed; <see langword="null"/> when
    /// the token was given otherwise.
    /// </summary>
    public string? ApiTokenFile { get => Access.ApiTokenFile; init => Access = Access with { ApiTokenFile = value }; }

    /// <summary>Whether a person is to authorise the device when there is no <see cref="ApiToken"/>.</summary>
    public bool DeviceAuthorization { get => Access.DeviceAuthorization; init => Access = Access with { DeviceAuthorization = value }; }

    /// <summary>The header that carries <see cref="ApiToken"/>.</summary>
    public string ApiTokenHeader { get => Access.ApiTokenHeader; init => Access = Access with { ApiTokenHeader = value }; }

    /// <summary>Keys that the server's <c>sota.toml</c> may have besides the known ones: <c>section.key</c> or <c>section.key:kind</c>.</summary>
    public IReadOnlyList<string> AllowedTomlKeys { get => Access.AllowedTomlKeys; init => Access = Access with { AllowedTomlKeys = value }; }

    /// <summary>The token that holds the device key; <see langword="null"/> means a key file.</summary>
    public HsmSettings? Hsm { get => Access.Hsm; init => Access = Access with { Hsm = value }; }

    /// <summary>What was decided about that token on the way.</summary>
    internal TokenDecisions Decisions { get => Access.Decisions; init => Access = Access with { Decisions = value }; }

    /// <summary>The token that holds the device key and is not on this machine: the device was imported. <see langword="null"/> otherwise.</summary>
    public TokenReference? RemoteToken { get => Access.RemoteToken; init => Access = Access with { RemoteToken = value }; }

    /// <summary>What the server's <c>sota.toml</c> may have.</summary>
    public SotaKeys TomlKeys => (AllowedTomlKeys.Count == 0 ? SotaKeys.Standard : SotaKeys.Standard.With(AllowedTomlKeys, nameof(AllowedTomlKeys))).Below(Root);

    /// <summary>Whether the device key is in a token, here or elsewhere.</summary>
    public bool UsesToken => Hsm is not null || RemoteToken is not null;

    /// <summary>Who zeroes the secrets.</summary>
    public SecretOwner SecretOwner { get => Access.SecretOwner; init => Access = Access with { SecretOwner = value }; }

    /// <summary>Every setting with its source, in the order a person reads them.</summary>
    public IReadOnlyList<Setting> Settings { get; init; } = [];

    /// <summary>
    /// A directory of this machine that takes the place of the device's SOTA directory, on a station that has no image of the
    /// device: key, journal and credentials are made there. <see langword="null"/> where the device's own is used.
    /// </summary>
    public string? OutputPath { get; init; }

    /// <summary>The SOTA directory on this machine: <see cref="OutputPath"/>, or <see cref="SotaDirectory"/> below <see cref="Root"/>.</summary>
    public string SotaPath => OutputPath ?? Resolve(SotaDirectory);

    /// <summary>Zeroes the secrets, unless they are another configuration's.</summary>
    public void Dispose() => Access.Dispose();

    /// <summary>Says that a pipeline ends with this configuration: its last user zeroes the secrets.</summary>
    /// <param name="finished">Whether the device is registered. Where it is not, whoever holds the configuration may try again with it.</param>
    public void EndOfPipeline(bool finished)
    {
        if (finished || SecretOwner == SecretOwner.Pipeline)
        {
            Dispose();
        }
    }

    /// <summary>The configuration as it is handed to whoever waits behind the pipeline, and zeroes the secrets from then on.</summary>
    public SotaConfig HandedOut() => SecretOwner == SecretOwner.Pipeline ? this with { SecretOwner = SecretOwner.Holder } : this;

    /// <summary>Finds a path of the device below <see cref="Root"/>; links lead where they lead on the device.</summary>
    /// <param name="devicePath">An absolute path as the device sees it.</param>
    /// <returns>The path on this machine.</returns>
    public string Resolve(string devicePath) => RootedPath.Resolve(Root, devicePath);

    /// <summary>Device and factory.</summary>
    public override string ToString() => $"{Name ?? Uuid ?? HardwareId} of factory {Factory}";
}

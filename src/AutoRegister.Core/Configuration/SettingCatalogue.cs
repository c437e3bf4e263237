using AutoRegister.Core.Base;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// Every setting of a device, in the order in which a person reads them: its names everywhere, where it comes from, its rule and its
/// default. Reading, the table of sources, the files of devices on their way and the options of <c>lmp-device-register</c> follow it.
/// </summary>
public static class SettingCatalogue
{
    internal static TypedSetting<string> Root { get; } = new("Root")
    {
        Parameter = "Root", OwnOption = "root", Default = "/", Turn = ReadingTurn.Directories,
        Find = from => from.Text,
        Set = (config, root) => config with { Root = root },
    };

    internal static TypedSetting<string> Factory { get; } = new("Factory")
    {
        Parameter = "Factory", Option = "factory", Variable = "DEVICE_FACTORY", File = OsRelease.DefaultPath, FileKey = "LMP_FACTORY", Turn = ReadingTurn.Image,
        Find = from => FactoryIdentity.Factory(from.Image, from.Said),
        OfDevice = device => device.Factory, Set = (config, factory) => config with { Factory = factory },
    };

    internal static TypedSetting<IReadOnlyList<string>> Tags { get; } = new("Tags")
    {
        Parameter = "Tag", Aliases = ["Tags"], Option = "tags", File = TagList.DefaultPath, Turn = ReadingTurn.TagFile,
        Find = TagList.Chosen, FindInImage = from => TagList.OfImage(from.Image, from.Inputs),
        OfDevice = device => device.Tags, Set = (config, tags) => config with { Tags = tags },
    };

    internal static TypedSetting<string> HardwareId { get; } = new("HardwareId")
    {
        Parameter = "HardwareId", Aliases = ["HwId"], Option = "hwid", File = OsRelease.DefaultPath, FileKey = "LMP_MACHINE",
        Find = from => FactoryIdentity.HardwareId(from.Image, from.Said),
        OfDevice = device => device.HardwareId, Set = (config, id) => config with { HardwareId = id },
    };

    internal static TypedSetting<string> Name { get; } = new("Name")
    {
        Parameter = "Name", Aliases = ["DeviceName", "SerialNumber"], Option = "name", Variable = "USE_HOSTNAME", File = DeviceName.HostnamePath, Turn = ReadingTurn.HostName,
        Find = DeviceName.Read,
        OfDevice = device => device.Name, Set = (config, name) => config with { Name = name },
    };

    internal static TypedSetting<string> Uuid { get; } = new("Uuid")
    {
        Parameter = "Uuid", Option = "uuid", Turn = ReadingTurn.Image,
        Find = DeviceUuid.Read,
        OfDevice = device => device.Uuid, Set = (config, uuid) => config with { Uuid = uuid },
    };

    internal static TypedSetting<bool> ValidateUuid { get; } = new("ValidateUuid")
    {
        OffSwitch = "SkipUuidValidation", Option = "validate-uuid", Default = "true",
        Find = from => from.Flag,
        OfDevice = device => device.ValidateUuid, Set = (config, validate) => config with { ValidateUuid = validate },
    };

    internal static TypedSetting<bool> Production { get; } = new("Production")
    {
        Parameter = "Production", Option = "production", Variable = "PRODUCTION", Default = "false",

        // Upstream: getenv() != nullptr. Set to anything, even to nothing, it turns production on over the option.
        Find = from => from.IsSet ? new Sourced<bool>(true, from.FromVariable) : from.Flag,
        OfDevice = device => device.Production, Set = (config, production) => config with { Production = production },
    };

    internal static TypedSetting<string> DeviceGroup { get; } = new("DeviceGroup")
    {
        Parameter = "DeviceGroup", Aliases = ["Group"], Option = "device-group",
        Find = from => from.Said is { } group ? RequestSettings.DeviceGroup(group) : null,
        OfDevice = device => device.DeviceGroup, Set = (config, group) => config with { DeviceGroup = group },
    };

    internal static TypedSetting<IReadOnlyList<string>> Apps { get; } = new("Apps")
    {
        Parameter = "App", Aliases = ["Apps"], SaidAs = "Apps", Option = "apps", Variable = "APPS", File = "/var/sota/compose-apps", Turn = ReadingTurn.Apps,
        Find = AppList.Read,
        OfDevice = device => device.Apps, Set = (config, apps) => config with { Apps = apps },
    };

    internal static TypedSetting<IReadOnlyList<string>> RestorableApps { get; } = new("RestorableApps")
    {
        Parameter = "RestorableApp", Aliases = ["RestorableApps"], SaidAs = "RestorableApps", Option = "restorable-apps", Turn = ReadingTurn.Apps,
        Find = AppList.ReadRestorable,
        OfDevice = device => device.RestorableApps, Set = (config, apps) => config with { RestorableApps = apps },
    };

    internal static TypedSetting<bool> UseOstreeServer { get; } = new("UseOstreeServer")
    {
        Parameter = "UseOstreeServer", Option = "use-ostree-server", Default = "true",
        Find = from => from.Flag,
        OfDevice = device => device.UseOstreeServer, Set = (config, use) => config with { UseOstreeServer = use },
    };

    internal static TypedSetting<string> SotaDirectory { get; } = new("SotaDirectory")
    {
        Parameter = "SotaDirectory", Aliases = ["SotaDir"], Option = "sota-dir", Default = SotaConfig.DefaultSotaDirectory, Turn = ReadingTurn.Directories,
        Find = from => RequestSettings.SotaDirectory(from.Text),
        Set = (config, directory) => config with { SotaDirectory = directory },
    };

    internal static TypedSetting<Uri> DeviceApi { get; } = new("DeviceApi")
    {
        Parameter = "DeviceApi", Variable = "DEVICE_API", Default = SotaConfig.DefaultDeviceApi,
        Find = EndpointSetting.Read,
        Set = (config, uri) => config with { DeviceApi = uri },
    };

    internal static TypedSetting<Uri> OAuthBase { get; } = new("OAuthBase")
    {
        Parameter = "OAuthBase", Variable = "OAUTH_BASE", Default = SotaConfig.DefaultOAuthBase,
        Find = EndpointSetting.Read,
        Set = (config, uri) => config with { OAuthBase = uri },
    };

    internal static TypedSetting<Secret> ApiToken { get; } = new("ApiToken")
    {
        Parameter = "ApiToken", PathParameter = "ApiTokenPath", Option = "api-token", FileOption = "api-token-file",
        Variable = "TOKEN_FILE", Credential = "api-token", File = "/etc/lmp-device-register-token", Turn = ReadingTurn.ApiToken,
        Find = from => ApiTokenSetting.Read(from.Inputs),
        Set = (config, token) => config with { ApiToken = token },
    };

    internal static TypedSetting<string> ApiTokenHeader { get; } = new("ApiTokenHeader")
    {
        Parameter = "ApiTokenHeader", Option = "api-token-header", Default = SotaConfig.DefaultApiTokenHeader,
        Find = from => RequestSettings.ApiTokenHeader(from.Text),
        Set = (config, header) => config with { ApiTokenHeader = header },
    };

    internal static TypedSetting<IReadOnlyList<string>> AllowedTomlKeys { get; } = new("AllowedTomlKeys")
    {
        Parameter = "AllowTomlKey", Given = nameof(SotaConfigOptions.AllowTomlKeys), File = TomlKeySetting.DefaultPath,
        Find = TomlKeySetting.Read,
        Set = (config, keys) => config with { AllowedTomlKeys = keys },
    };

    internal static TypedSetting<string> HsmModule { get; } = new("Hsm.ModulePath")
    {
        Parameter = "HsmModule", Given = "HsmModule", Option = "hsm-module", File = HsmSettings.DefaultFile, FileKey = "HSM_MODULE", Turn = ReadingTurn.Hsm,
        Find = from => from.Draft.Hsm?.Module,
    };

    internal static TypedSetting<Secret> HsmPin { get; } = new("Hsm.Pin")
    {
        Parameter = "HsmPin", Given = "HsmPin", Option = "hsm-pin", FileOption = "hsm-pin-file", Credential = "hsm-pin", File = HsmSettings.DefaultFile, FileKey = "HSM_PIN", Turn = ReadingTurn.Hsm,
        Find = from => from.Draft.Hsm?.Pin,
    };

    internal static TypedSetting<Secret> HsmSoPin { get; } = new("Hsm.SoPin")
    {
        Parameter = "HsmSoPin", Given = "HsmSoPin", Option = "hsm-so-pin", FileOption = "hsm-so-pin-file", Credential = "hsm-so-pin", File = HsmSettings.DefaultFile, FileKey = "HSM_SOPIN", Turn = ReadingTurn.Hsm,
        Find = from => from.Draft.Hsm?.SoPin,
    };

    internal static TypedSetting<string> TokenLabel { get; } = new("Hsm.TokenLabel")
    {
        Parameter = "TokenLabel", Given = "TokenLabel", Default = HsmSettings.DefaultTokenLabel, Turn = ReadingTurn.Hsm,
        Find = from => from.Draft.Hsm?.Token.Label,
    };

    internal static TypedSetting<string> TokenSerial { get; } = new("Hsm.TokenSerial")
    {
        Parameter = "TokenSerial", Given = "TokenSerial", File = HsmSettings.DefaultFile, FileKey = "HSM_TOKEN_SERIAL", Turn = ReadingTurn.Hsm,
        Find = from => from.Draft.Hsm?.Token.Serial,
    };

    internal static TypedSetting<string> HsmUri { get; } = new("Hsm.Uri")
    {
        Parameter = "Pkcs11Uri", Given = "Pkcs11Uri", File = HsmSettings.DefaultFile, FileKey = "HSM_URI", Turn = ReadingTurn.Hsm,
        Find = from => from.Draft.Hsm?.Uri,
    };

    internal static TypedSetting<TimeSpan> HsmCallTimeout { get; } = new("Hsm.CallTimeout")
    {
        File = HsmSettings.DefaultFile, FileKey = "HSM_TIMEOUT", Turn = ReadingTurn.Hsm,
        Find = from => from.Draft.Hsm?.CallTimeout,
    };

    internal static TypedSetting<string> HsmModuleParameters { get; } = new("Hsm.ModuleParameters")
    {
        Parameter = "HsmModuleParameter", Given = "HsmModuleParameter", Turn = ReadingTurn.Hsm,
        Find = from => from.Draft.Hsm?.ModuleParameters,
    };

    /// <summary>Says of a device what a description of it does, as parameters would.</summary>
    internal static SotaConfigOptions Repeat(DeviceDescription device, SotaConfigOptions options) => All.Aggregate(options, (said, setting) => setting.Repeat(device, said));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        Root, Factory, Tags, HardwareId, Name, Uuid, ValidateUuid, Production, DeviceGroup, Apps, RestorableApps, UseOstreeServer, SotaDirectory,
        DeviceApi, OAuthBase, ApiToken, ApiTokenHeader, AllowedTomlKeys,
        HsmModule, HsmPin, HsmSoPin, TokenLabel, TokenSerial, HsmUri, HsmCallTimeout, HsmModuleParameters,
    ];
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// A configuration while it is read: each value with its source. Whatever ends the reading early, the secrets read so
/// far are disposed of with it.
/// </summary>
internal sealed class SotaConfigDraft : IDisposable
{
    private bool completed;

    public required Sourced<string> Root { get; init; }

    public required Sourced<string> SotaDirectory { get; init; }

    public Sourced<string> Factory { get; set; }

    public Sourced<IReadOnlyList<string>> Tags { get; set; }

    public Sourced<string> HardwareId { get; set; }

    public Sourced<string>? Name { get; set; }

    public Sourced<string>? Uuid { get; set; }

    public Sourced<bool> ValidateUuid { get; set; }

    public Sourced<bool> Production { get; set; }

    public Sourced<string>? DeviceGroup { get; set; }

    public Sourced<IReadOnlyList<string>> Apps { get; set; }

    public Sourced<IReadOnlyList<string>>? RestorableApps { get; set; }

    public Sourced<bool> UseOstreeServer { get; set; }

    public Sourced<Uri> DeviceApi { get; set; }

    public Sourced<Uri> OAuthBase { get; set; }

    public Sourced<Secret>? ApiToken { get; set; }

    public string? ApiTokenFile { get; set; }

    public Sourced<string> ApiTokenHeader { get; set; }

    public Sourced<IReadOnlyList<string>> AllowedTomlKeys { get; set; }

    public HsmSources? Hsm { get; set; }

    /// <summary>Makes the configuration, which owns the secrets from then on.</summary>
    public SotaConfig Complete()
    {
        completed = true;
        return new SotaConfig
        {
            Root = Root.Value,
            SotaDirectory = SotaDirectory.Value,
            Factory = Factory.Value,
            Tags = Tags.Value,
            HardwareId = HardwareId.Value,
            Name = Name?.Value,
            Uuid = Uuid?.Value,
            ValidateUuid = ValidateUuid.Value,
            Production = Production.Value,
            DeviceGroup = DeviceGroup?.Value,
            Apps = Apps.Value,
            RestorableApps = RestorableApps?.Value,
            UseOstreeServer = UseOstreeServer.Value,
            DeviceApi = DeviceApi.Value,
            OAuthBase = OAuthBase.Value,
            ApiToken = ApiToken?.Value,
            ApiTokenFile = ApiTokenFile,
            ApiTokenHeader = ApiTokenHeader.Value,
            AllowedTomlKeys = AllowedTomlKeys.Value,
            Hsm = Hsm?.Settings,
            Settings = Table(),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!completed)
        {
            ApiToken?.Value.Dispose();
            Hsm?.Dispose();
        }
    }

    private IReadOnlyList<Setting> Table() => new SettingTable()
        .Add("Root", Root)
        .Add("Factory", Factory)
        .Add("Tags", Tags)
        .Add("HardwareId", HardwareId)
        .Add("Name", Name)
        .Add("Uuid", Uuid)
        .Add("ValidateUuid", ValidateUuid)
        .Add("Production", Production)
        .Add("DeviceGroup", DeviceGroup)
        .Add("Apps", Apps)
        .Add("RestorableApps", RestorableApps)
        .Add("UseOstreeServer", UseOstreeServer)
        .Add("SotaDirectory", SotaDirectory)
        .Add("DeviceApi", DeviceApi)
        .Add("OAuthBase", OAuthBase)
        .Add("ApiToken", ApiToken)
        .Add("ApiTokenHeader", ApiTokenHeader)
        .Add("AllowedTomlKeys", AllowedTomlKeys)
        .Add("Hsm.ModulePath", Hsm?.Module)
        .Add("Hsm.Pin", Hsm?.Pin)
        .Add("Hsm.SoPin", Hsm?.SoPin)
        .Add("Hsm.TokenLabel", Hsm?.Token.Label)
        .Add("Hsm.TokenSerial", Hsm?.Token.Serial)
        .Add("Hsm.Uri", Hsm?.Uri)
        .Add("Hsm.CallTimeout", Hsm?.CallTimeout)
        .Add("Hsm.ModuleParameters", Hsm?.ModuleParameters)
        .Rows;
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// Reads what this device is told to be. Each setting comes from the first layer that has it: parameter, environment,
/// file, default. The first problem ends the reading, in the order upstream finds problems: first what
/// <c>lmp-device-auto-register</c> checks (tag file, host name, token, HSM, apps), then what <c>lmp-device-register</c> does.
/// </summary>
/// <param name="options">The parameters.</param>
/// <param name="environment">Looks up a variable of the environment; <see langword="null"/> when it is not set.</param>
/// <param name="observer">Gets warnings and details.</param>
public sealed class SotaConfigReader(SotaConfigOptions options, Func<string, string?> environment, IRegistrationObserver observer)
{
    private readonly SettingInputs inputs = new(options, environment, observer);

    /// <summary>Reads the configuration.</summary>
    /// <returns>The configuration. Its secrets are its own: dispose of them when the work is done.</returns>
    /// <exception cref="AutoRegisterException">The first problem, with an id of the configuration.</exception>
    public SotaConfig Read()
    {
        RootedPath.RequireRoot(inputs.Root);
        using var draft = new SotaConfigDraft { Root = Root(), SotaDirectory = RequestSettings.SotaDirectory(inputs) };

        var chosenTags = TagList.Chosen(inputs);
        draft.Name = ReadName();
        draft.ApiToken = ApiTokenSetting.Read(inputs);
        draft.ApiTokenFile = ApiTokenSetting.FileOf(draft.ApiToken, inputs);
        draft.Hsm = HsmSetting.Read(inputs);
        draft.Apps = AppList.Read(inputs, draft.SotaDirectory.Value);
        draft.RestorableApps = AppList.ReadRestorable(inputs);

        var osRelease = OsRelease.Read(inputs.Root);
        draft.Factory = FactoryIdentity.Factory(inputs, osRelease);
        draft.Tags = chosenTags ?? TagList.OfImage(osRelease, inputs);
        draft.ValidateUuid = SettingInputs.Parameter("ValidateUuid", options.ValidateUuid, true);
        draft.Uuid = ReadUuid(draft.ValidateUuid.Value);

        // What upstream has compiled in or does not check.
        draft.HardwareId = FactoryIdentity.HardwareId(inputs, osRelease);
        draft.Production = ReadProduction();
        draft.DeviceGroup = RequestSettings.DeviceGroup(inputs);
        draft.UseOstreeServer = SettingInputs.Parameter("UseOstreeServer", options.UseOstreeServer, true);
        draft.DeviceApi = EndpointSetting.DeviceApi(inputs);
        draft.OAuthBase = EndpointSetting.OAuthBase(inputs);
        draft.ApiTokenHeader = RequestSettings.ApiTokenHeader(inputs);
        draft.AllowedTomlKeys = TomlKeySetting.Read(inputs);
        return draft.Complete();
    }

    private Sourced<string> Root() => SettingInputs.Parameter("Root", options.Root) ?? SettingInputs.Default("/");

    private Sourced<string>? ReadName()
    {
        if (SettingInputs.Parameter("Name", options.Name) is { } given)
        {
            DeviceName.Require(given.Value, given.Source.ToString());
            return given;
        }

        return options.UseHostname ?? (!options.IgnoreDeviceFiles && inputs.Environment("USE_HOSTNAME") is not null)
            ? new Sourced<string>(DeviceName.FromHostname(inputs.Root, out SettingSource source), source)
            : null;
    }

    private Sourced<string>? ReadUuid(bool validate)
    {
        var uuid = SettingInputs.Parameter("Uuid", options.Uuid);
        if (uuid is { } given)
        {
            DeviceUuid.Require(given.Value, validate, given.Source.ToString(), observer);
        }

        return uuid;
    }

    // Upstream: getenv() != nullptr. Set to anything, even to nothing, it turns production on over the option.
    private Sourced<bool> ReadProduction() => inputs.Variable("PRODUCTION") is not null
        ? new Sourced<bool>(true, new SettingSource(SettingSourceKind.Environment, "PRODUCTION"))
        : SettingInputs.Parameter("Production", options.Production, false);
}

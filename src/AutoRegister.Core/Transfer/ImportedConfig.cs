using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Keys.Pkcs11;

namespace AutoRegister.Core.Transfer;

/// <summary>
/// The configuration of a device that comes in a file: who it is says the file, how this machine reaches server and token says
/// this machine. The file's values pass through the same reader as anybody's parameters.
/// </summary>
internal static class ImportedConfig
{
    /// <summary>Makes the configuration.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.EnrollmentFileInvalid"/>, or <see cref="ErrorId.SettingInvalid"/>: this machine is another factory's.</exception>
    internal static SotaConfig Make(string path, EnrollmentDevice device, SotaConfig? machine, IRegistrationObserver observer)
    {
        SotaConfig own = Read(path, device, machine, observer);
        if (machine is not null && machine.Factory != own.Factory)
        {
            throw new AutoRegisterException(
                ErrorId.SettingInvalid,
                $"'{path}' is of a device of the factory {own.Factory}; -BaseConfig is of {machine.Factory}.",
                "Give a configuration with an API token of that factory.",
                path);
        }

        own = machine is null ? own : own with
        {
            DeviceApi = machine.DeviceApi,
            OAuthBase = machine.OAuthBase,
            ApiToken = machine.ApiToken,
            ApiTokenFile = machine.ApiTokenFile,
            ApiTokenHeader = machine.ApiTokenHeader,
            DeviceAuthorization = machine.DeviceAuthorization,
        };
        return device.Token is null ? own
            : machine?.Hsm is not HsmSettings hsm ? own with { RemoteToken = device.Token }
            : own with { Hsm = Named(path, hsm, device.Token) };
    }

    private static SotaConfig Read(string path, EnrollmentDevice device, SotaConfig? machine, IRegistrationObserver observer)
    {
        var options = new SotaConfigOptions
        {
            Factory = device.Factory,
            Tags = device.Tags,
            HardwareId = device.HardwareId,
            Name = device.Name,
            Uuid = device.Uuid,
            ValidateUuid = device.ValidateUuid,
            Production = device.Production,
            DeviceGroup = device.DeviceGroup,
            Apps = device.Apps,
            RestorableApps = device.RestorableApps,
            UseOstreeServer = device.UseOstreeServer,
            SotaDirectory = device.SotaDirectory,
            ApiTokenHeader = device.ApiTokenHeader,
            DeviceApi = device.DeviceApi.OriginalString,
            OAuthBase = device.OAuthBase.OriginalString,

            // Where this machine's own URLs count, those of the file are not asked.
            AllowPlainHttp = machine is null ? null : true,
            NoHsm = true,
            SkipApiToken = true,
            IgnoreDeviceFiles = true,
        };
        try
        {
            return new SotaConfigReader(options, _ => null, observer).Read();
        }
        catch (AutoRegisterException e)
        {
            throw EnrollmentFileFormat.Invalid(path, e.Message.TrimEnd('.'), e);
        }
    }

    private static HsmSettings Named(string path, HsmSettings hsm, TokenReference token)
    {
        if (HsmRules.LabelProblem(token.Label) is string problem)
        {
            throw EnrollmentFileFormat.Invalid(path, $"its token's label cannot be used ({problem})");
        }

        if (!IsHex(token.ExistingKeyId) || !IsHex(token.KeyId))
        {
            throw EnrollmentFileFormat.Invalid(path, "the id of its key is not lower-case hex");
        }

        return hsm with
        {
            TokenLabel = token.Label,
            TokenSerial = token.Serial ?? hsm.TokenSerial,
            Objects = token.KeyId is null ? hsm.Objects : DeviceObjects.Under(new ObjectId(token.KeyId)),
            ExistingKey = token.ExistingKeyLabel is null && token.ExistingKeyId is null ? null : new KeyReference(token.ExistingKeyLabel, token.ExistingKeyId),
        };
    }

    private static bool IsHex(string? id) => id is null || (id.Length > 0 && id.Length % 2 == 0 && id.All(char.IsAsciiHexDigitLower));
}

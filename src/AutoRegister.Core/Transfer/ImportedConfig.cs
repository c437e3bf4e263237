using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Transfer;

/// <summary>
/// The configuration of a device that comes in a file: who it is says the file, how this machine reaches server and token, and where
/// things lie, says this machine. The file's values pass through the same reader as anybody's parameters.
/// </summary>
internal static class ImportedConfig
{
    /// <summary>Makes the configuration.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.EnrollmentFileInvalid"/>, or <see cref="ErrorId.SettingInvalid"/>: this machine is another factory's.</exception>
    internal static SotaConfig Make(string path, EnrollmentDevice device, bool isProven, SotaConfig? machine, IRegistrationObserver observer)
    {
        RequireNames(path, device.Token);
        SotaConfig own = Read(path, isProven ? device : IdentityOf(path, device, machine), machine, observer);
        if (machine is not null && machine.Factory != own.Factory)
        {
            throw new AutoRegisterException(
                ErrorId.SettingInvalid,
                $"'{path}' is of a device of the factory {own.Factory}; -BaseConfig is of {machine.Factory}.",
                "Give a configuration with an API token of that factory.",
                path);
        }

        own = machine is null ? own : own with { Access = machine.Access with { SecretOwner = SecretOwner.Other, Hsm = null, RemoteToken = null } };
        return device.Token is null ? own
            : machine?.Hsm is not HsmSettings hsm ? own with { RemoteToken = device.Token }
            : !isProven ? own with { Hsm = hsm }
            : own with { Hsm = Named(hsm, device.Token), Decisions = own.Decisions with { ExistingKey = ExistingKey(device.Token) } };
    }

    // The rest is this machine's: tags, group, apps and addresses could be anybody's.
    private static EnrollmentDevice IdentityOf(string path, EnrollmentDevice device, SotaConfig? machine) => machine is null
        ? throw new AutoRegisterException(
            ErrorId.SettingInvalid,
            $"Nothing proves who wrote '{path}', so that what the device is to be must come from this machine.",
            "Give -SenderCertificatePath or -Passphrase, whichever it was exported with, or the device's configuration as -BaseConfig.",
            path)
        : new EnrollmentDevice(
            machine.Device with { Factory = device.Factory, Name = device.Name, Uuid = device.Uuid, ValidateUuid = device.ValidateUuid, Production = device.Production }, machine);

    private static SotaConfig Read(string path, EnrollmentDevice device, SotaConfig? machine, IRegistrationObserver observer)
    {
        SotaConfigOptions options = SettingCatalogue.Repeat(device, new SotaConfigOptions
        {
            SotaDirectory = machine?.SotaDirectory,
            ApiTokenHeader = device.ApiTokenHeader,
            DeviceApi = device.DeviceApi.OriginalString,
            OAuthBase = device.OAuthBase.OriginalString,

            // Where this machine's own URLs count, those of the file are not asked.
            AllowPlainHttp = machine is null ? null : true,
            NoHsm = true,
            SkipApiToken = true,
            IgnoreDeviceFiles = true,
        });
        try
        {
            return new SotaConfigReader(options, _ => null, observer).Read();
        }
        catch (AutoRegisterException e)
        {
            throw EnrollmentFileFormat.Invalid(path, e.Message.TrimEnd('.'), e);
        }
    }

    private static void RequireNames(string path, TokenReference? token)
    {
        if (token is not null && HsmRules.LabelProblem(token.Label) is string problem)
        {
            throw EnrollmentFileFormat.Invalid(path, $"its token's label cannot be used ({problem})");
        }

        if (!IsHex(token?.ExistingKeyId) || !IsHex(token?.KeyId))
        {
            throw EnrollmentFileFormat.Invalid(path, "the id of its key is not lower-case hex");
        }
    }

    private static HsmSettings Named(HsmSettings hsm, TokenReference token) => hsm with
    {
        TokenLabel = token.Label,
        TokenSerial = token.Serial ?? hsm.TokenSerial,
        Objects = token.KeyId is null ? hsm.Objects : DeviceObjects.Under(new ObjectId(token.KeyId)),
    };

    private static KeyReference? ExistingKey(TokenReference token) =>
        token.ExistingKeyLabel is null && token.ExistingKeyId is null ? null : new KeyReference(token.ExistingKeyLabel, token.ExistingKeyId);

    private static bool IsHex(string? id) => id is null || (id.Length > 0 && id.Length % 2 == 0 && id.All(char.IsAsciiHexDigitLower));
}

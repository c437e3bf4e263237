using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Line;

/// <summary>What is one device's own on a line: a row of its list. Everything else the devices share.</summary>
public sealed record DeviceRow
{
    /// <summary>The device name, usually its serial number; <see langword="null"/>: the UUID is used.</summary>
    public string? Name { get; init; }

    /// <summary>The UUID; <see langword="null"/>: one is found or made.</summary>
    public string? Uuid { get; init; }

    /// <summary>The directory all paths of this device are below, on this machine.</summary>
    public string? Root { get; init; }

    /// <summary>The directory that takes the place of this device's SOTA directory, on this machine.</summary>
    public string? OutputPath { get; init; }

    /// <summary>The tags; <see langword="null"/>: those of the line.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The device group; <see langword="null"/>: that of the line.</summary>
    public string? DeviceGroup { get; init; }

    /// <summary>The label of this device's token; <see langword="null"/>: that of the line.</summary>
    public string? TokenLabel { get; init; }

    /// <summary>The serial number of this device's token; <see langword="null"/>: that of the line.</summary>
    public string? TokenSerial { get; init; }

    /// <summary>
    /// The id of this device's key and certificate in a token it shares with others, hex; <see langword="null"/>: the token is
    /// the device's alone.
    /// </summary>
    public string? KeyId { get; init; }

    /// <summary>Makes a device's configuration of what the line shares and what is its own.</summary>
    /// <param name="line">What all devices of the line are told to be.</param>
    /// <returns>The configuration. Its secrets are the line's.</returns>
    /// <exception cref="AutoRegisterException">A value cannot be used, or the device has no directory of its own.</exception>
    public SotaConfig ApplyTo(SotaConfig line, IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (Root is null && OutputPath is null)
        {
            throw new AutoRegisterException(
                ErrorId.SettingInvalid,
                $"The device {Name ?? Uuid ?? "of this row"} has no directory of its own.",
                "Give -Root (its mounted image) or -Path (an output folder) for each device, from a property or a script block.",
                Name ?? Uuid);
        }

        RequireUsable(observer, line.ValidateUuid);
        var given = new SettingInputs(new SotaConfigOptions { Tags = Tags, DeviceGroup = DeviceGroup }, _ => null, observer);
        return line with
        {
            SecretOwner = SecretOwner.Other,
            Root = Root ?? line.Root,
            OutputPath = OutputPath ?? (Root is null ? line.OutputPath : null),
            Name = Name ?? line.Name,
            Uuid = Uuid ?? line.Uuid,
            Tags = Tags is null ? line.Tags : SettingCatalogue.Tags.ReadFrom(given)!.Value.Value,
            DeviceGroup = DeviceGroup is null ? line.DeviceGroup : SettingCatalogue.DeviceGroup.ReadFrom(given)?.Value,
            Hsm = line.Hsm is HsmSettings hsm ? Own(hsm) : RequireNoToken(),
            Settings = [.. line.Settings.Select(Own)],
        };
    }

    // What the row says was given for this device, as a parameter is.
    private Setting Own(Setting shared) => shared.Name switch
    {
        "Name" when Name is not null => Given(shared, Name),
        "Uuid" when Uuid is not null => Given(shared, Uuid),
        "Tags" when Tags is not null => Given(shared, string.Join(',', Tags)),
        "DeviceGroup" when DeviceGroup is not null => Given(shared, DeviceGroup),
        _ => shared,
    };

    private static Setting Given(Setting shared, string value) => shared with { Value = value, Source = SettingInputs.FromParameter(shared.Name) };

    private void RequireUsable(IRegistrationObserver observer, bool validateUuid)
    {
        if (Name is not null)
        {
            DeviceName.Require(Name, "Name");
        }

        if (Uuid is not null)
        {
            DeviceUuid.Require(Uuid, validateUuid, "Uuid", observer);
        }

        if (Root is not null)
        {
            RootedPath.RequireRoot(Root);
        }

        if (TokenLabel is not null && HsmRules.LabelProblem(TokenLabel) is string problem)
        {
            throw new AutoRegisterException(ErrorId.HsmSettingUnusable, $"TokenLabel: the token label cannot be used: {problem}.", "Choose another token label.", TokenLabel);
        }
    }

    private HsmSettings Own(HsmSettings hsm) => hsm with
    {
        TokenLabel = TokenLabel ?? hsm.TokenLabel,
        TokenSerial = TokenSerial ?? hsm.TokenSerial,
        Objects = KeyId is null ? hsm.Objects : DeviceObjects.Under(new ObjectId(KeyId.ToLowerInvariant())),
    };

    private HsmSettings? RequireNoToken() => TokenLabel is null && TokenSerial is null && KeyId is null ? null : throw new AutoRegisterException(
        ErrorId.HsmSettingMissing,
        $"A token is named for the device {Name ?? Uuid}, and the line has no PKCS#11 module.",
        "Give module and PINs to Get-SotaConfig, or remove the token's name.",
        Name ?? Uuid);
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Sota;

/// <summary>Something that a registered device is told to be and is not. Registering again would change it; nothing else does.</summary>
/// <param name="Setting">The setting, as <see cref="SotaConfig.Settings"/> names it.</param>
/// <param name="Installed">What the device was registered as.</param>
/// <param name="Told">What it is told to be.</param>
public sealed record InstalledDifference(string Setting, string Installed, string Told, SettingSource Source)
{
    /// <summary>The difference in words.</summary>
    public override string ToString() => $"{Setting} is '{Printable.Text(Installed)}', and {Source} says '{Printable.Text(Told)}'";

    /// <summary>
    /// Compares. What a parameter says is what somebody wants now, and cannot be had: an error. Files and environment outlive a
    /// registration, and the unit must not fail for an image that says something new: a warning. The image's own tag and hardware id
    /// change with every update, and are no more than a detail.
    /// </summary>
    /// <param name="config">What the device is told to be.</param>
    /// <param name="installed">What it is; whole.</param>
    /// <returns>The differences, but for the image's own.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.AlreadyRegistered"/>.</exception>
    internal static IReadOnlyList<InstalledDifference> Judge(SotaConfig config, InstalledIdentity installed, IRegistrationObserver observer)
    {
        InstalledDifference[] all = [.. Find(config, installed)];
        string who = installed.Certificate is IssuedCertificate certificate ? $" as {Printable.Text(certificate.CommonName)}" : string.Empty;
        string Words(IEnumerable<InstalledDifference> some) => $"The device is registered in '{config.SotaPath}'{who}, and not as it is told to be now: {string.Join("; ", some)}. Nothing was changed.";
        InstalledDifference[] told = [.. all.Where(one => !one.IsOfTheImage)];
        if (told.Any(one => one.Source.Kind == SettingSourceKind.Parameter))
        {
            throw new AutoRegisterException(
                ErrorId.AlreadyRegistered,
                Words(told),
                "Leave this out to keep the registration, change tags, apps and group in the factory, or register anew with New-HsmDeviceKey -Force.",
                config.SotaPath);
        }

        if (told.Length > 0)
        {
            observer.ReportWarning(Words(told));
        }
        else if (all.Length > 0)
        {
            observer.ReportDetail(Words(all));
        }

        return told;
    }

    private bool IsOfTheImage => Source.Kind == SettingSourceKind.File && Source.Name.EndsWith("/os-release", StringComparison.Ordinal) && Setting is "Tags" or "HardwareId";

    private static IEnumerable<InstalledDifference> Find(SotaConfig config, InstalledIdentity installed)
    {
        SotaToml toml = installed.Files.Toml!;
        RegistrationRecord? record = installed.Files.Record;
        return new[]
        {
            Compare(config, "Uuid", installed.Certificate?.CommonName, config.Uuid, StringComparison.OrdinalIgnoreCase),
            Compare(config, "Name", record?.Name, config.Name),
            Compare(config, "Factory", installed.Certificate?.OrganizationalUnit, config.Factory),
            Compare(config, "Production", installed.Certificate is null ? null : Words(installed.Certificate.IsProduction), IsTold(config, "Production") ? Words(config.Production) : null),
            Compare(config, "DeviceGroup", record is null ? null : record.Group ?? "(none)", config.DeviceGroup),
            Compare(config, "Tags", toml.Tags, string.Join(',', config.Tags)),
            Compare(config, "HardwareId", toml.HardwareId, config.HardwareId),
            Compare(config, "Apps", toml.Apps.Length > 0 ? toml.Apps : "(all)", config.Apps.Count > 0 ? string.Join(',', config.Apps) : null),
            Compare(config, "Hsm.ModulePath", toml.HasToken ? null : "(none: the key is a file)", config.Hsm?.ModulePath),
        }.OfType<InstalledDifference>();
    }

    // What is not known of the registration, or was not told now, is no difference.
    private static InstalledDifference? Compare(SotaConfig config, string setting, string? installed, string? told, StringComparison comparison = StringComparison.Ordinal) =>
        string.IsNullOrEmpty(installed) || told is null || string.Equals(installed, told, comparison) ? null : new InstalledDifference(setting, installed, told, SourceOf(config, setting));

    private static SettingSource SourceOf(SotaConfig config, string setting) =>
        config.Settings.FirstOrDefault(one => one.Name == setting)?.Source ?? SettingSource.Default;

    private static bool IsTold(SotaConfig config, string setting) => SourceOf(config, setting).Kind != SettingSourceKind.Default;

    private static string Words(bool value) => value ? "true" : "false";
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Sota;

/// <summary>
/// Whether "already registered" is true: files, certificates, and the token where the key is in one. All of it is on this machine, and
/// none of it is changed.
/// </summary>
internal sealed class InstalledIdentity
{
    private InstalledIdentity(InstalledCredentials files, InstalledToken? token)
    {
        Files = files;
        Certificate = token?.Certificate ?? files.Certificate;
        Problems = [.. files.Problems, .. token?.Problems ?? []];
    }

    /// <summary>What the SOTA directory holds.</summary>
    internal InstalledCredentials Files { get; }

    /// <summary>The certificate the OTA client shows; <see langword="null"/> when none can be read.</summary>
    internal IssuedCertificate? Certificate { get; }

    /// <summary>What is missing or does not fit, one sentence each.</summary>
    internal IReadOnlyList<string> Problems { get; }

    /// <summary>Looks at a device.</summary>
    /// <param name="config">Where its directory is, and how this machine reaches its token.</param>
    /// <param name="observer">Hears of what was not looked at.</param>
    /// <exception cref="AutoRegisterException">A file or the token cannot be had.</exception>
    internal static InstalledIdentity Inspect(SotaConfig config, IRegistrationObserver observer)
    {
        var files = InstalledCredentials.Inspect(config.SotaPath);
        if (!files.Complete || files.Toml is not { HasToken: true } toml)
        {
            return new InstalledIdentity(files, null);
        }

        if (config.RemoteToken is not null || (config.Hsm is null && (config.Root != "/" || config.OutputPath is not null || toml.TokenModule.Length == 0)))
        {
            observer.ReportDetail("The device's token is not on this machine, or nothing says how it is reached: it was not looked at.");
            return new InstalledIdentity(files, null);
        }

        using Secret pin = SotaFile.ReadPin(Path.Join(config.SotaPath, CredentialFileNames.SotaToml));
        var source = new SettingSource(SettingSourceKind.File, Path.Join(config.SotaPath, CredentialFileNames.SotaToml));
        HsmSettings hsm = (config.Hsm ?? new HsmSettings { ModulePath = toml.TokenModule, ModuleSource = source with { Setting = "[p11] module" }, Pin = pin, SoPin = pin }) with
        {
            Pin = pin,
            PinSource = source with { Setting = "[p11] pass" },
            TokenLabel = toml.TokenLabel,
        };
        var token = new InstalledToken(files, hsm, observer);
        string Read(string name) => SmallFile.ReadText(Path.Join(config.SotaPath, name));
        token.Inspect(Read(CredentialFileNames.RootCertificate), File.Exists(Path.Join(config.SotaPath, CredentialFileNames.ClientChain)) ? Read(CredentialFileNames.ClientChain) : null);
        return new InstalledIdentity(files, token);
    }

    /// <summary>
    /// Says that the certificate has expired. Nothing is damaged, and running again changes nothing: a renewal (RFC 7030, section 3.3.2)
    /// is asked for with a certificate that is valid.
    /// </summary>
    internal void WarnOfExpiry(DateTimeOffset now, IRegistrationObserver observer)
    {
        if (Certificate is not null && CertificateValidity.Of(Certificate.Leaf) is var validity && validity.IsAfter(now))
        {
            observer.ReportWarning(
                $"The certificate of the registered device {Printable.Text(Certificate.CommonName)} expired at {validity.NotAfter:u}, and the clock of this device says {now.ToUniversalTime():u}: "
                + "the gateway refuses it, and it can no longer be renewed. If the clock is right, register anew with New-HsmDeviceKey -Force and delete the old device in the factory.");
        }
    }

    /// <summary>The error for credentials that are not whole.</summary>
    internal AutoRegisterException Broken(string sotaPath)
    {
        string problems = string.Join("; ", Problems.DefaultIfEmpty("there are no credentials"));
        return Files.Toml is null || Certificate is null
            ? new(ErrorId.RegistrationIncomplete, $"'{sotaPath}' holds parts of a registration that was made elsewhere: {problems}.", "Restore the missing files, or register anew with -Force.", sotaPath)
            : new(
                ErrorId.RegistrationIncomplete,
                $"The device is registered as {Printable.Text(Certificate.CommonName)} in '{sotaPath}', but its credentials are not whole: {problems}. Nothing was changed.",
                "Put back what is damaged or missing, from a copy, or register anew with New-HsmDeviceKey -Force and delete the old device in the factory.",
                sotaPath);
    }
}

using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Sota;
using AutoRegister.Core.X509;

namespace AutoRegister;

/// <summary>What a device has once it owns a key: output of <c>New-HsmDeviceKey</c>, input of <c>Register-FoundriesDevice</c>.</summary>
public sealed record DeviceKey
{
    /// <summary>What the device is told to be.</summary>
    public required SotaConfig Config { get; init; }

    /// <summary>The device UUID; the CN of the CSR.</summary>
    public required string Uuid { get; init; }

    /// <summary>The device name; the UUID when none was chosen.</summary>
    public string Name => Config.Name ?? Uuid;

    /// <summary>The factory.</summary>
    public string Factory => Config.Factory;

    /// <summary>How far the registration has come.</summary>
    public required RegistrationState State { get; init; }

    /// <summary>Where the private key is: a path, or a <c>pkcs11:</c> URI (RFC 7512) without PIN.</summary>
    public required string KeyLocation { get; init; }

    /// <summary>SHA-256 of the public key's SubjectPublicKeyInfo, lower-case hex.</summary>
    public required string KeyFingerprint { get; init; }

    /// <summary>The CSR, PEM; empty when the device is registered already.</summary>
    public required string CertificateRequest { get; init; }

    /// <summary>Whether credentials of an earlier registration are to be replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>Where a registered device is told to be something else than it was registered as; nothing of it was changed.</summary>
    public IReadOnlyList<InstalledDifference> Differences { get; init; } = [];

    /// <summary>The certificate of a registered device, from where its OTA client has it: a file, or the token; <see langword="null"/> for others.</summary>
    internal IssuedCertificate? Certificate { get; init; }

    /// <summary>Name and state.</summary>
    public override string ToString() => $"{Name} ({State})";
}

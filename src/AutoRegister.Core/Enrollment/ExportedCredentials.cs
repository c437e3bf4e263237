using AutoRegister.Core.Enrollment;
using AutoRegister.Core.OtaClient;

namespace AutoRegister;

/// <summary>What a registered device has: output of <c>Export-SotaCredentials</c>.</summary>
public sealed record ExportedCredentials
{
    /// <summary>The device UUID.</summary>
    public required string Uuid { get; init; }

    /// <summary>The device name.</summary>
    public required string Name { get; init; }

    /// <summary>The factory.</summary>
    public required string Factory { get; init; }

    /// <summary>Always <see cref="RegistrationState.Registered"/>.</summary>
    public RegistrationState State { get; } = RegistrationState.Registered;

    /// <summary>Whether the device was registered before and nothing was changed.</summary>
    public required bool AlreadyRegistered { get; init; }

    /// <summary>The directory that holds the credentials, on this machine.</summary>
    public required string Path { get; init; }

    /// <summary>The files, full paths, in the order they were put in place.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Where the private key is: a path, or a <c>pkcs11:</c> URI (RFC 7512) without PIN.</summary>
    public required string KeyLocation { get; init; }

    /// <summary>The device gateway's URL.</summary>
    public required string GatewayServer { get; init; }

    /// <summary>The certificate's serial number, hex; empty when the certificate is in a token only.</summary>
    public required string CertificateSerialNumber { get; init; }

    /// <summary>When the certificate expires (UTC).</summary>
    public DateTime? NotAfter { get; init; }

    /// <summary>How many requests the registration took in this run; 0 when none was needed.</summary>
    public int Attempts { get; init; }

    /// <summary>Whether the gateway accepted the device; <see langword="null"/> when it was not asked.</summary>
    public bool? GatewayVerified { get; init; }

    /// <summary>Whether the file with the API token was deleted.</summary>
    public bool ApiTokenRemoved { get; init; }

    /// <summary>What was done about the OTA client.</summary>
    public OtaClientState OtaClient { get; init; }

    /// <summary>Docker's configuration that names the credential helper; <see langword="null"/> when none was asked for.</summary>
    public string? DockerConfigPath { get; init; }

    /// <summary>Name and directory.</summary>
    public override string ToString() => $"{Name} ({Path})";
}

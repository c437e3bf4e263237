namespace AutoRegister.Core.Transfer;

/// <summary>A device's key as others may know it: the CSR, and the private key only encrypted.</summary>
public sealed record EnrollmentKey
{
    /// <summary>The device UUID; the CN of the CSR.</summary>
    public required string Uuid { get; init; }

    /// <summary>Whether the UUID was made up, and was not chosen.</summary>
    public bool UuidIsOurs { get; init; }

    /// <summary>Whether the UUID comes from the hardware, and is the same after the device is flashed again.</summary>
    public bool UuidIsHardware { get; init; }

    /// <summary>SHA-256 of the public key's SubjectPublicKeyInfo, lower-case hex.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The CSR (PKCS#10), PEM, byte for byte as it is sent.</summary>
    public required string CertificateRequest { get; init; }

    /// <summary>
    /// The private key as PEM: <c>ENCRYPTED PRIVATE KEY</c> (RFC 7468, section 11: PKCS#8 under a passphrase) or <c>CMS</c>
    /// (section 9: enveloped for a certificate). <see langword="null"/> where it stays behind, in a token or on its machine.
    /// </summary>
    public string? Sealed { get; init; }

    /// <summary>The id of a certificate that came with the key, two hex digits; else empty.</summary>
    public string CertificateId { get; init; } = string.Empty;

    /// <summary>Whether credentials of an earlier registration are to be replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>UUIDs that the server may hold for attempts that were given up.</summary>
    public IReadOnlyList<string> Orphans { get; init; } = [];
}

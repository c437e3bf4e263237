namespace AutoRegister.Core.Transfer;

/// <summary>
/// What proves who wrote a device's file, and that nobody changed it: over all of the document but this, as this format writes it.
/// </summary>
public sealed record EnrollmentProof
{
    /// <summary>The salt of PBKDF2 (RFC 8018, HMAC-SHA-256), base64; <see langword="null"/> where no passphrase was given.</summary>
    public string? Salt { get; init; }

    /// <summary>The rounds of PBKDF2.</summary>
    public int Rounds { get; init; }

    /// <summary>HMAC-SHA-256 (RFC 2104) with the key that PBKDF2 makes of the passphrase, base64.</summary>
    public string? Mac { get; init; }

    /// <summary>
    /// The sending machine's signature, base64: ECDSA with SHA-256 (a SEQUENCE of two INTEGERs, RFC 3279), or RSASSA-PSS with SHA-256;
    /// <see langword="null"/> where it did not sign.
    /// </summary>
    public string? Signature { get; init; }
}

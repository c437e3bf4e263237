namespace AutoRegister.Factory.Pki;

/// <summary>A CSR that was checked: its signature, its subject, its extensions.</summary>
internal sealed record SigningRequest
{
    /// <summary>The subject as the CSR has it, DER; a renewal must repeat it byte for byte.</summary>
    public required ReadOnlyMemory<byte> Subject { get; init; }

    /// <summary>The subject's CN.</summary>
    public required string Uuid { get; init; }

    /// <summary>The subject's OU.</summary>
    public required string Factory { get; init; }

    /// <summary>Whether the subject says <c>businessCategory=production</c>.</summary>
    public required bool Production { get; init; }

    /// <summary>The key to certify.</summary>
    public required SubjectPublicKey PublicKey { get; init; }

    /// <summary>The extensions it asks for: at most key usage and extended key usage, and of these what a device has anyway.</summary>
    public required IReadOnlyList<ExtensionField> Extensions { get; init; }

    /// <summary>SHA-256 of the key's SubjectPublicKeyInfo, in hex.</summary>
    public string PublicKeySha256 => PublicKey.Sha256;
}

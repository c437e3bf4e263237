using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Pki;

/// <summary>A CSR that was checked: its signature, its subject, its extensions.</summary>
internal sealed record SigningRequest
{
    /// <summary>The subject's CN.</summary>
    public required string Uuid { get; init; }

    /// <summary>The subject's OU.</summary>
    public required string Factory { get; init; }

    /// <summary>Whether the subject says <c>businessCategory=production</c>.</summary>
    public required bool Production { get; init; }

    /// <summary>The key to certify.</summary>
    public required PublicKey PublicKey { get; init; }

    /// <summary>SHA-256 of the key's SubjectPublicKeyInfo, in hex.</summary>
    public required string PublicKeySha256 { get; init; }

    /// <summary>SHA-256 of the CSR's DER, in hex.</summary>
    public required string Sha256 { get; init; }
}

using System.Formats.Asn1;
using System.Security.Cryptography;

namespace AutoRegister.Factory.Pki;

/// <summary>How a CSR or a certificate is signed: ECDSA (RFC 5758, section 3.2) or RSA PKCS#1 v1.5 (RFC 4055, section 5), with SHA-2.</summary>
internal sealed record SignatureAlgorithm(string Oid, HashAlgorithmName Hash, bool IsRsa)
{
    /// <summary>ecdsa-with-SHA256: what the factory itself signs with.</summary>
    public static readonly SignatureAlgorithm EcdsaSha256 = new("1.2.840.10045.4.3.2", HashAlgorithmName.SHA256, false);

    private static readonly SignatureAlgorithm[] Known =
    [
        EcdsaSha256,
        new("1.2.840.10045.4.3.3", HashAlgorithmName.SHA384, false),
        new("1.2.840.10045.4.3.4", HashAlgorithmName.SHA512, false),
        new("1.2.840.113549.1.1.11", HashAlgorithmName.SHA256, true),
        new("1.2.840.113549.1.1.12", HashAlgorithmName.SHA384, true),
        new("1.2.840.113549.1.1.13", HashAlgorithmName.SHA512, true),
    ];

    /// <summary>Reads an AlgorithmIdentifier; <see langword="null"/> for one that is not known here.</summary>
    public static SignatureAlgorithm? Read(AsnReader reader)
    {
        string oid = reader.ReadSequence().ReadObjectIdentifier();
        return Array.Find(Known, algorithm => algorithm.Oid == oid);
    }

    /// <summary>Writes it as an AlgorithmIdentifier without parameters, as ECDSA has it.</summary>
    public void Write(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oid);
        }
    }
}

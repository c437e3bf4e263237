using System.Formats.Asn1;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// One extension of a certificate, or one that a CSR asks for (RFC 5280, section 4.1):
/// <code>Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }</code>
/// </summary>
/// <param name="IsCritical">Whether whoever does not know it must refuse the certificate.</param>
/// <param name="Value">The DER inside the OCTET STRING.</param>
internal sealed record ExtensionField(string Oid, bool IsCritical, ReadOnlyMemory<byte> Value)
{
    /// <summary>subjectKeyIdentifier.</summary>
    public const string SubjectKeyIdentifier = "2.5.29.14";

    /// <summary>keyUsage.</summary>
    public const string KeyUsage = "2.5.29.15";

    /// <summary>basicConstraints.</summary>
    public const string BasicConstraints = "2.5.29.19";

    /// <summary>authorityKeyIdentifier.</summary>
    public const string AuthorityKeyIdentifier = "2.5.29.35";

    /// <summary>extendedKeyUsage.</summary>
    public const string ExtendedKeyUsage = "2.5.29.37";

    /// <summary>The value of extendedKeyUsage that lets a certificate be a TLS client's.</summary>
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>The key usage of a device certificate, digitalSignature, byte for byte as fioconfig compares it.</summary>
    public static ReadOnlyMemory<byte> DigitalSignature { get; } = new byte[] { 0x03, 0x02, 0x07, 0x80 };

    /// <summary>The extended key usage of a device certificate: clientAuth and nothing else.</summary>
    public static ReadOnlyMemory<byte> ClientAuthenticationOnly { get; } =
        new byte[] { 0x30, 0x0A, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02 };

    /// <summary>Reads <c>Extensions ::= SEQUENCE OF Extension</c>.</summary>
    /// <exception cref="AsnContentException">They are none.</exception>
    public static IReadOnlyList<ExtensionField> ReadAll(AsnReader reader)
    {
        var all = new List<ExtensionField>(4);
        AsnReader sequence = reader.ReadSequence();
        while (sequence.HasData)
        {
            AsnReader extension = sequence.ReadSequence();
            string oid = extension.ReadObjectIdentifier();
            bool critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            if (!extension.TryReadPrimitiveOctetString(out ReadOnlyMemory<byte> value))
            {
                throw new AsnContentException("An extension's value is no primitive OCTET STRING.");
            }

            extension.ThrowIfNotEmpty();
            all.Add(new ExtensionField(oid, critical, value));
        }

        return all;
    }

    /// <summary>Writes it.</summary>
    public void Write(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oid);
            if (IsCritical)
            {
                writer.WriteBoolean(true);
            }

            writer.WriteOctetString(Value.Span);
        }
    }
}

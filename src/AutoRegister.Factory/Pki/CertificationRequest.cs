using System.Formats.Asn1;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// A CSR as it is written, nothing in it checked (PKCS#10, RFC 2986, section 4):
/// <code>
/// CertificationRequest ::= SEQUENCE { CertificationRequestInfo, AlgorithmIdentifier, signature BIT STRING }
/// CertificationRequestInfo ::= SEQUENCE { version INTEGER, subject Name, subjectPKInfo, attributes [0] SET OF Attribute }
/// </code>
/// </summary>
internal sealed record CertificationRequest
{
    private const string ExtensionRequest = "1.2.840.113549.1.9.14";
    private static readonly Asn1Tag AttributesTag = new(TagClass.ContextSpecific, 0);

    /// <summary>What is signed.</summary>
    public required ReadOnlyMemory<byte> Info { get; init; }

    /// <summary>The subject, DER.</summary>
    public required ReadOnlyMemory<byte> Subject { get; init; }

    /// <summary>The key to certify.</summary>
    public required SubjectPublicKey PublicKey { get; init; }

    /// <summary>The extensions it asks for.</summary>
    public required IReadOnlyList<ExtensionField> Extensions { get; init; }

    /// <summary>The OID of the first attribute that is no request for extensions; <see langword="null"/> where there is none.</summary>
    public required string? OtherAttribute { get; init; }

    /// <summary>How it is signed; <see langword="null"/> where that is not known here.</summary>
    public required SignatureAlgorithm? SignatureAlgorithm { get; init; }

    /// <summary>The signature.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Reads the next value as a CSR.</summary>
    /// <exception cref="AsnContentException">It is none.</exception>
    public static CertificationRequest Read(AsnReader reader)
    {
        AsnReader request = reader.ReadSequence();
        ReadOnlyMemory<byte> der = request.PeekEncodedValue();
        AsnReader info = request.ReadSequence();
        if (!info.TryReadInt32(out int version) || version != 0)
        {
            throw new AsnContentException("The version is none that PKCS#10 knows.");
        }

        ReadOnlyMemory<byte> subject = info.PeekEncodedValue();
        info.ReadSequence();
        var key = SubjectPublicKey.Read(info);
        (IReadOnlyList<ExtensionField>? extensions, string? other) = info.HasData ? ReadAttributes(info) : ([], null);
        info.ThrowIfNotEmpty();
        var algorithm = SignatureAlgorithm.Read(request);
        byte[] signature = request.ReadBitString(out int unused);
        request.ThrowIfNotEmpty();
        return unused != 0 ? throw new AsnContentException("The signature is no whole number of bytes.") : new CertificationRequest
        {
            Info = der,
            Subject = subject,
            PublicKey = key,
            Extensions = extensions,
            OtherAttribute = other,
            SignatureAlgorithm = algorithm,
            Signature = signature,
        };
    }

    private static (IReadOnlyList<ExtensionField> Extensions, string? Other) ReadAttributes(AsnReader info)
    {
        IReadOnlyList<ExtensionField>? extensions = null;
        string? other = null;
        AsnReader attributes = info.ReadSetOf(skipSortOrderValidation: true, AttributesTag);
        while (attributes.HasData)
        {
            AsnReader attribute = attributes.ReadSequence();
            string oid = attribute.ReadObjectIdentifier();
            AsnReader values = attribute.ReadSetOf(skipSortOrderValidation: true);
            attribute.ThrowIfNotEmpty();
            if (oid != ExtensionRequest)
            {
                other ??= oid;
                continue;
            }

            extensions = extensions is null ? ExtensionField.ReadAll(values) : throw new AsnContentException("Extensions are asked for twice.");
            values.ThrowIfNotEmpty();
        }

        return (extensions ?? [], other);
    }
}

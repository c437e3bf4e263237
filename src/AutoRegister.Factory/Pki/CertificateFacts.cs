using System.Formats.Asn1;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// What a certificate says, read once from its DER (RFC 5280, section 4.1), each field as it stands there. Nothing is checked but
/// the form; .NET's certificate objects cost ten times as much. What is read of an extension throws
/// <see cref="AsnContentException"/> where that one is damaged.
/// </summary>
internal sealed record CertificateFacts
{
    private static readonly Asn1Tag VersionTag = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 3, isConstructed: true);

    /// <summary>All of it.</summary>
    public required ReadOnlyMemory<byte> Der { get; init; }

    /// <summary>The TBSCertificate: what is signed.</summary>
    public required ReadOnlyMemory<byte> ToBeSigned { get; init; }

    /// <summary>The serial number in upper-case hex, whole bytes, without a sign.</summary>
    public required string Serial { get; init; }

    /// <summary>The issuer, DER.</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>The first second in which it is valid.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>The last second in which it is valid.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>The subject, DER.</summary>
    public required ReadOnlyMemory<byte> Subject { get; init; }

    /// <summary>The key it certifies.</summary>
    public required SubjectPublicKey PublicKey { get; init; }

    /// <summary>Its extensions, in their order.</summary>
    public required IReadOnlyList<ExtensionField> Extensions { get; init; }

    /// <summary>How it is signed; <see langword="null"/> where that is not known here.</summary>
    public required SignatureAlgorithm? SignatureAlgorithm { get; init; }

    /// <summary>The signature.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>What the key may be used for; <see langword="null"/> where nothing is said, which allows everything.</summary>
    public KeyUsages? KeyUsage => Find(ExtensionField.KeyUsage) is { } extension
        ? new AsnReader(extension.Value, AsnEncodingRules.BER).ReadNamedBitListValue<KeyUsages>()
        : null;

    /// <summary>What the certificate may be used for, as OIDs; <see langword="null"/> where nothing is said, which allows everything.</summary>
    public IReadOnlyList<string>? ExtendedKeyUsages
    {
        get
        {
            if (Find(ExtensionField.ExtendedKeyUsage) is not { } extension)
            {
                return null;
            }

            var usages = new List<string>(1);
            AsnReader sequence = new AsnReader(extension.Value, AsnEncodingRules.DER).ReadSequence();
            while (sequence.HasData)
            {
                usages.Add(sequence.ReadObjectIdentifier());
            }

            return usages;
        }
    }

    /// <summary>Whether it is a CA's: <c>basicConstraints</c> with <c>cA TRUE</c>.</summary>
    public bool IsAuthority
    {
        get
        {
            if (Find(ExtensionField.BasicConstraints) is not { } extension)
            {
                return false;
            }

            AsnReader constraints = new AsnReader(extension.Value, AsnEncodingRules.DER).ReadSequence();
            return constraints.HasData && constraints.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && constraints.ReadBoolean();
        }
    }

    /// <summary>The name of its key among those of its subject; <see langword="null"/> where it has none.</summary>
    public ReadOnlyMemory<byte>? SubjectKeyIdentifier => Find(ExtensionField.SubjectKeyIdentifier) is { } extension
        ? new AsnReader(extension.Value, AsnEncodingRules.DER).ReadOctetString()
        : null;

    /// <summary>Reads a certificate. The bytes must not change afterwards.</summary>
    /// <exception cref="AsnContentException">It is none, or something follows it.</exception>
    public static CertificateFacts Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> toBeSigned = certificate.PeekEncodedValue();
        AsnReader body = certificate.ReadSequence();
        var algorithm = SignatureAlgorithm.Read(certificate);
        byte[] signature = certificate.ReadBitString(out _);
        certificate.ThrowIfNotEmpty();

        if (body.PeekTag().HasSameClassAndValue(VersionTag))
        {
            body.ReadEncodedValue();
        }

        string serial = Convert.ToHexString(body.ReadIntegerBytes().Span);
        body.ReadSequence();
        ReadOnlyMemory<byte> issuer = body.PeekEncodedValue();
        body.ReadSequence();
        AsnReader validity = body.ReadSequence();
        (DateTimeOffset notBefore, DateTimeOffset notAfter) = (ReadTime(validity), ReadTime(validity));
        ReadOnlyMemory<byte> subject = body.PeekEncodedValue();
        body.ReadSequence();
        return new CertificateFacts
        {
            Der = der,
            ToBeSigned = toBeSigned,
            Serial = serial.Length > 2 && serial.StartsWith("00", StringComparison.Ordinal) ? serial[2..] : serial,
            Issuer = issuer,
            NotBefore = notBefore,
            NotAfter = notAfter,
            Subject = subject,
            PublicKey = SubjectPublicKey.Read(body),
            Extensions = ReadExtensions(body),
            SignatureAlgorithm = algorithm,
            Signature = signature,
        };
    }

    /// <summary>An extension; <see langword="null"/> where there is none of that kind.</summary>
    public ExtensionField? Find(string oid) => Extensions.FirstOrDefault(extension => extension.Oid == oid);

    /// <summary>Whether it is signed with a key.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The key cannot be used.</exception>
    public bool IsSignedBy(SubjectPublicKey key) => SignatureAlgorithm is { } algorithm && key.Verifies(ToBeSigned.Span, Signature.Span, algorithm);

    private static DateTimeOffset ReadTime(AsnReader validity) => validity.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
        ? validity.ReadUtcTime(twoDigitYearMax: 2049)
        : validity.ReadGeneralizedTime();

    private static IReadOnlyList<ExtensionField> ReadExtensions(AsnReader body)
    {
        while (body.HasData)
        {
            if (body.PeekTag().HasSameClassAndValue(ExtensionsTag))
            {
                return ExtensionField.ReadAll(body.ReadSequence(ExtensionsTag));
            }

            // issuerUniqueID and subjectUniqueID.
            body.ReadEncodedValue();
        }

        return [];
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// Writes what a device certificate of a CA says: for a TLS client and nothing else, both usages critical, as fioconfig checks them.
/// Thread-safe.
/// </summary>
internal sealed class CertificateTemplate(DeviceCa ca)
{
    private const int SerialLength = 16;

    // Devices may boot with a clock that is behind.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset FirstGeneralizedTime = new(2050, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Asn1Tag VersionTag = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 3);
    private static readonly ExtensionField KeyUsage = new(ExtensionField.KeyUsage, true, ExtensionField.DigitalSignature);
    private static readonly ExtensionField ExtendedKeyUsage = new(ExtensionField.ExtendedKeyUsage, true, ExtensionField.ClientAuthenticationOnly);

    private readonly ExtensionField authorityKeyIdentifier = AuthorityKeyIdentifier(ca.KeyIdentifier.Span);

    /// <summary>A serial number of 128 random bits: positive, and short of RFC 5280's 20 octets.</summary>
    public static byte[] NewSerial()
    {
        byte[] serial = new byte[SerialLength];
        do
        {
            RandomNumberGenerator.Fill(serial);
        }
        while (serial[0] == 0);
        return serial;
    }

    /// <summary>Writes the certificate of a registration: the subject is the device's, in the factory's own spelling.</summary>
    public ToBeSigned Fill(SigningRequest request, TimeSpan lifetime, DateTimeOffset now) => Fill(
        DistinguishedName.OfDevice(request.Uuid, request.Factory, request.Production), request.PublicKey, NewSerial(), lifetime, now);

    /// <summary>Writes the certificate of a renewal: the subject is the request's, byte for byte.</summary>
    public ToBeSigned FillRenewal(SigningRequest request, TimeSpan lifetime, DateTimeOffset now) =>
        Fill(request.Subject, request.PublicKey, NewSerial(), lifetime, now);

    /// <summary>Writes a certificate.</summary>
    /// <param name="subject">The subject, DER.</param>
    /// <param name="serial">The serial number, unsigned, most significant byte first.</param>
    /// <param name="lifetime">How long it is valid; not longer than the CA.</param>
    /// <exception cref="InvalidOperationException">The CA's own certificate has expired.</exception>
    public ToBeSigned Fill(ReadOnlyMemory<byte> subject, SubjectPublicKey key, ReadOnlySpan<byte> serial, TimeSpan lifetime, DateTimeOffset now)
    {
        // A certificate that outlives its CA would only seem to be valid.
        TimeSpan left = ca.Facts.NotAfter - now;
        if (left <= TimeSpan.Zero)
        {
            throw new InvalidOperationException($"The device CA's certificate expired at {ca.Facts.NotAfter:u}: it can sign nothing any more.");
        }

        DateTimeOffset notBefore = WholeSeconds(now - ClockSkew);
        DateTimeOffset notAfter = left < lifetime ? ca.Facts.NotAfter : WholeSeconds(now + lifetime);
        var writer = new AsnWriter(AsnEncodingRules.DER, 1024);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(VersionTag))
            {
                writer.WriteInteger(2);
            }

            writer.WriteIntegerUnsigned(serial);
            SignatureAlgorithm.EcdsaSha256.Write(writer);
            writer.WriteEncodedValue(ca.Facts.Subject.Span);
            using (writer.PushSequence())
            {
                WriteTime(writer, notBefore);
                WriteTime(writer, notAfter);
            }

            writer.WriteEncodedValue(subject.Span);
            writer.WriteEncodedValue(key.Der.Span);
            using (writer.PushSequence(ExtensionsTag))
            using (writer.PushSequence())
            {
                KeyUsage.Write(writer);
                ExtendedKeyUsage.Write(writer);
                authorityKeyIdentifier.Write(writer);
                SubjectKeyIdentifier(key).Write(writer);
            }
        }

        return new ToBeSigned(writer.Encode(), Convert.ToHexString(serial), notBefore, notAfter);
    }

    /// <summary>Whether a TBSCertificate was written for this CA: in its name, and for its key.</summary>
    public bool IsOwn(ReadOnlyMemory<byte> toBeSigned)
    {
        AsnReader fields = new AsnReader(toBeSigned, AsnEncodingRules.DER).ReadSequence();
        fields.ReadEncodedValue(); // version
        fields.ReadEncodedValue(); // serialNumber
        fields.ReadEncodedValue(); // signature
        return fields.ReadEncodedValue().Span.SequenceEqual(ca.Facts.Subject.Span)
            && toBeSigned.Span.IndexOf(authorityKeyIdentifier.Value.Span) >= 0;
    }

    private static ExtensionField AuthorityKeyIdentifier(ReadOnlySpan<byte> keyIdentifier)
    {
        // AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OCTET STRING OPTIONAL, … }
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(keyIdentifier, new Asn1Tag(TagClass.ContextSpecific, 0));
        }

        return new ExtensionField(ExtensionField.AuthorityKeyIdentifier, false, writer.Encode());
    }

    private static ExtensionField SubjectKeyIdentifier(SubjectPublicKey key)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER, 32);
        writer.WriteOctetString(key.Identifier);
        return new ExtensionField(ExtensionField.SubjectKeyIdentifier, false, writer.Encode());
    }

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    // RFC 5280, section 4.1.2.5: UTCTime up to 2049, GeneralizedTime after it.
    private static void WriteTime(AsnWriter writer, DateTimeOffset time)
    {
        if (time < FirstGeneralizedTime)
        {
            writer.WriteUtcTime(time, 2049);
        }
        else
        {
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
        }
    }
}

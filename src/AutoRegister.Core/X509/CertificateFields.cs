using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.X509;

/// <summary>
/// The fields of a certificate that a token stores beside it, each as the DER it has in the certificate (RFC 5280, section 4.1):
/// <code>
/// TBSCertificate ::= SEQUENCE { [0] version OPTIONAL, serialNumber INTEGER, signature SEQUENCE, issuer Name,
///                               validity SEQUENCE, subject Name, subjectPublicKeyInfo SEQUENCE, … }
/// </code>
/// </summary>
internal sealed record CertificateFields(byte[] SerialNumber, byte[] Issuer, byte[] Subject, byte[] SubjectPublicKeyInfo)
{
    /// <summary>The subject in words, as a line.</summary>
    public string SubjectName => Printable.Line(new X500DistinguishedName(Subject).Name);

    /// <summary>Reads the fields.</summary>
    /// <param name="certificate">The certificate, DER.</param>
    /// <returns>The fields; <see langword="null"/> where it is no certificate.</returns>
    public static CertificateFields? TryRead(ReadOnlyMemory<byte> certificate)
    {
        try
        {
            AsnReader body = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadSequence();
            if (body.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                body.ReadEncodedValue();
            }

            byte[] serialNumber = body.ReadEncodedValue().ToArray();
            body.ReadSequence();
            byte[] issuer = body.PeekEncodedValue().ToArray();
            body.ReadSequence();
            body.ReadSequence();
            byte[] subject = body.PeekEncodedValue().ToArray();
            body.ReadSequence();
            byte[] publicKey = body.PeekEncodedValue().ToArray();
            body.ReadSequence();
            return new CertificateFields(serialNumber, issuer, subject, publicKey);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;

namespace AutoRegister.Factory.Pki;

/// <summary>A signed device certificate that was compared with what was to be signed.</summary>
internal sealed class DeviceCertificate
{
    private DeviceCertificate(CertificateFacts facts) => Facts = facts;

    /// <summary>What it says.</summary>
    public CertificateFacts Facts { get; }

    /// <summary>The certificate, DER.</summary>
    public ReadOnlyMemory<byte> Der => Facts.Der;

    /// <summary>The certificate as PEM, with a line feed at the end.</summary>
    public string Pem => PemEncoding.WriteString("CERTIFICATE", Facts.Der.Span) + "\n";

    /// <summary>
    /// Puts a signature under a TBSCertificate, reads the result back, and compares: the same bytes, signed by the CA. A token that
    /// signs with another key, or a byte that was lost on the way, ends here and not in a device.
    /// </summary>
    /// <param name="toBeSigned">The TBSCertificate, DER.</param>
    /// <param name="signature">The CA's signature over it, DER.</param>
    /// <exception cref="CryptographicException">It is not what was to be signed, or not signed by the CA.</exception>
    public static DeviceCertificate Assemble(DeviceCa ca, ReadOnlyMemory<byte> toBeSigned, ReadOnlySpan<byte> signature)
    {
        try
        {
            var facts = CertificateFacts.Read(Encode(toBeSigned.Span, signature));
            return !facts.ToBeSigned.Span.SequenceEqual(toBeSigned.Span) ? throw new CryptographicException("The certificate is not what was to be signed.")
                : !ca.Issued(facts) ? throw new CryptographicException("The certificate is not signed by the device CA.")
                : new DeviceCertificate(facts);
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            throw new CryptographicException("The certificate cannot be read back.", e);
        }
    }

    // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
    private static byte[] Encode(ReadOnlySpan<byte> toBeSigned, ReadOnlySpan<byte> signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER, toBeSigned.Length + signature.Length + 32);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(toBeSigned);
            SignatureAlgorithm.EcdsaSha256.Write(writer);
            writer.WriteBitString(signature);
        }

        return writer.Encode();
    }
}

using System.Formats.Asn1;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// Certificates as EST answers them: a SignedData that nobody signs (RFC 5652, section 5.2; RFC 7030 calls it certs-only):
/// <code>SignedData ::= SEQUENCE { version 1, digestAlgorithms {}, encapContentInfo { id-data }, certificates [0], signerInfos {} }</code>
/// </summary>
internal static class CertificateBundle
{
    private const string SignedData = "1.2.840.113549.1.7.2";
    private const string Data = "1.2.840.113549.1.7.1";
    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0);

    /// <summary>Writes it as DER. The certificates keep their order where DER's rule for sets allows only one: readers take the first for the leaf.</summary>
    public static byte[] Encode(params ReadOnlySpan<ReadOnlyMemory<byte>> certificates)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER, 2048);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(SignedData);
            using (writer.PushSequence(Tag0))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                WriteEmptySet(writer);
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(Data);
                }

                using (writer.PushSequence(Tag0))
                {
                    foreach (ReadOnlyMemory<byte> certificate in certificates)
                    {
                        writer.WriteEncodedValue(certificate.Span);
                    }
                }

                WriteEmptySet(writer);
            }
        }

        return writer.Encode();
    }

    private static void WriteEmptySet(AsnWriter writer) => writer.PushSetOf().Dispose();
}

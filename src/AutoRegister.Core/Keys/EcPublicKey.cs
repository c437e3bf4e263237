using System.Formats.Asn1;

namespace AutoRegister.Core.Keys;

/// <summary>Makes a <c>SubjectPublicKeyInfo</c> of what a token shows of an EC public key.</summary>
internal static class EcPublicKey
{
    private const string EcPublicKeyOid = "1.2.840.10045.2.1";
    private const byte UncompressedPoint = 0x04;
    private static readonly KeyAlgorithm[] Curves = [KeyAlgorithm.EcP256, KeyAlgorithm.EcP384, KeyAlgorithm.EcP521];

    /// <summary>Encodes the key as RFC 5480, section 2, has it.</summary>
    /// <param name="parameters"><c>CKA_EC_PARAMS</c>, DER.</param>
    /// <param name="point"><c>CKA_EC_POINT</c>.</param>
    /// <returns>The DER; <see langword="null"/> where parameters or point are not what they should be.</returns>
    public static byte[]? Encode(ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> point)
    {
        try
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(EcPublicKeyOid);
                    writer.WriteEncodedValue(parameters);
                }

                writer.WriteBitString(Unwrap(point));
            }

            return writer.Encode();
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            return null;
        }
    }

    // The specification wants the point wrapped in a DER OCTET STRING (PKCS#11 2.40 mechanisms, section 2.3.3); some modules
    // give it bare. OCTET STRING and uncompressed point both begin with 04, so the length decides: 65, 97 or 133 bytes.
    private static byte[] Unwrap(ReadOnlySpan<byte> point)
    {
        int length = point.Length;
        if (length > 0 && point[0] == UncompressedPoint && Array.Exists(Curves, curve => length == 1 + (2 * curve.CoordinateLength())))
        {
            return point.ToArray();
        }

        byte[] unwrapped = AsnDecoder.ReadOctetString(point, AsnEncodingRules.DER, out int consumed);
        return consumed == point.Length ? unwrapped : throw new AsnContentException();
    }
}

using System.Formats.Asn1;

namespace AutoRegister.Core.Keys;

/// <summary>PKCS#11 gives r and s side by side (2.40 mechanisms, section 2.3.1); X.509 wants <c>Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }</c> (RFC 3279, section 2.2.3).</summary>
internal static class EcdsaSignature
{
    /// <summary>Converts the one into the other.</summary>
    /// <param name="sideBySide">r and s, of the same length.</param>
    /// <returns>The DER.</returns>
    public static byte[] ToDer(ReadOnlySpan<byte> sideBySide)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(WithoutLeadingZeros(sideBySide[..(sideBySide.Length / 2)]));
            writer.WriteIntegerUnsigned(WithoutLeadingZeros(sideBySide[(sideBySide.Length / 2)..]));
        }

        return writer.Encode();
    }

    private static ReadOnlySpan<byte> WithoutLeadingZeros(ReadOnlySpan<byte> number)
    {
        ReadOnlySpan<byte> trimmed = number.TrimStart((byte)0);
        return trimmed.IsEmpty ? [0] : trimmed;
    }
}

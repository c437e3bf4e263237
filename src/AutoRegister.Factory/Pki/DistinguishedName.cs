using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Pki;

/// <summary>X.500 names with one attribute per RDN, written in the given order, as UTF8String.</summary>
internal static class DistinguishedName
{
    /// <summary>commonName.</summary>
    public const string CommonName = "2.5.4.3";

    /// <summary>organizationalUnitName.</summary>
    public const string OrganizationalUnit = "2.5.4.11";

    /// <summary>businessCategory.</summary>
    public const string BusinessCategory = "2.5.4.15";

    /// <summary>Encodes a name; nothing in the values is special, unlike in a name given as text.</summary>
    public static X500DistinguishedName Encode(params IEnumerable<(string Oid, string Value)> attributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var (oid, value) in attributes)
            {
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                }
            }
        }

        return new X500DistinguishedName(writer.Encode());
    }

    /// <summary>Reads a name into pairs, or throws <see cref="System.Security.Cryptography.CryptographicException"/>.</summary>
    public static IEnumerable<(string Oid, string? Value)> Decode(X500DistinguishedName name) =>
        name.EnumerateRelativeDistinguishedNames(reversed: false).Select(rdn => rdn.HasMultipleElements
            ? ("", null)
            : (rdn.GetSingleElementType().Value ?? "", rdn.GetSingleElementValue()));
}

using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Pki;

/// <summary>X.500 names as DER, one attribute per RDN, in the given order, as UTF8String.</summary>
internal static class DistinguishedName
{
    /// <summary>commonName.</summary>
    public const string CommonName = "2.5.4.3";

    /// <summary>organizationalUnitName.</summary>
    public const string OrganizationalUnit = "2.5.4.11";

    /// <summary>businessCategory.</summary>
    public const string BusinessCategory = "2.5.4.15";

    /// <summary>Encodes a name; nothing in the values is special, unlike in a name given as text.</summary>
    public static X500DistinguishedName Encode(params IEnumerable<(string Oid, string Value)> attributes) => new(ToDer(attributes));

    /// <summary>The subject of a device's first certificate, DER: what every CSR of a device asks for, in that order.</summary>
    public static byte[] OfDevice(string uuid, string factory, bool production) => production
        ? ToDer([(CommonName, uuid), (OrganizationalUnit, factory), (BusinessCategory, "production")])
        : ToDer([(CommonName, uuid), (OrganizationalUnit, factory)]);

    /// <summary>
    /// Reads a name into pairs. An RDN of several attributes has an empty OID; a value that is no text is <see langword="null"/>.
    /// </summary>
    /// <exception cref="AsnContentException">It is no name.</exception>
    public static IReadOnlyList<(string Oid, string? Value)> Decode(ReadOnlyMemory<byte> name)
    {
        var attributes = new List<(string, string?)>(3);
        var outer = new AsnReader(name, AsnEncodingRules.DER);
        AsnReader sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        while (sequence.HasData)
        {
            AsnReader set = sequence.ReadSetOf(skipSortOrderValidation: true);
            AsnReader attribute = set.ReadSequence();
            string oid = attribute.ReadObjectIdentifier();
            string? value = ReadText(attribute);
            attribute.ThrowIfNotEmpty();
            attributes.Add(set.HasData ? ("", null) : (oid, value));
        }

        return attributes;
    }

    /// <summary>The first value of an attribute; <see langword="null"/> where a name has none.</summary>
    public static string? Find(ReadOnlyMemory<byte> name, string oid) => Decode(name).FirstOrDefault(attribute => attribute.Oid == oid).Value;

    private static byte[] ToDer(IEnumerable<(string Oid, string Value)> attributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach ((string? oid, string? value) in attributes)
            {
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                }
            }
        }

        return writer.Encode();
    }

    // DirectoryString and its relatives (RFC 5280, section 4.1.2.4).
    private static string? ReadText(AsnReader attribute)
    {
        Asn1Tag tag = attribute.PeekTag();
        if (tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString
            or UniversalTagNumber.IA5String or UniversalTagNumber.T61String or UniversalTagNumber.NumericString or UniversalTagNumber.BMPString)
        {
            return attribute.ReadCharacterString((UniversalTagNumber)tag.TagValue);
        }

        attribute.ReadEncodedValue();
        return null;
    }
}

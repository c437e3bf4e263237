using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Core.X509;

/// <summary>
/// The attributes of a name, wherever they stand: each in a relative distinguished name of its own, or several in one (RFC 5280,
/// section 4.1.2.4):
/// <code>
/// Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value DirectoryString }
/// </code>
/// </summary>
internal static class SubjectAttributes
{
    private static readonly UniversalTagNumber[] Texts =
    [
        UniversalTagNumber.UTF8String, UniversalTagNumber.PrintableString, UniversalTagNumber.IA5String,
        UniversalTagNumber.BMPString, UniversalTagNumber.T61String,
    ];

    /// <summary>All values of one type.</summary>
    /// <returns>The values in the order of the name, without those that are no text; none where the name cannot be read.</returns>
    public static IReadOnlyList<string> Of(X500DistinguishedName name, string oid)
    {
        ArgumentNullException.ThrowIfNull(name);
        var values = new List<string>();
        try
        {
            AsnReader parts = new AsnReader(name.RawData, AsnEncodingRules.BER).ReadSequence();
            while (parts.HasData)
            {
                AsnReader part = parts.ReadSetOf(skipSortOrderValidation: true);
                while (part.HasData)
                {
                    AsnReader attribute = part.ReadSequence();
                    var type = (UniversalTagNumber)(attribute.ReadObjectIdentifier() == oid ? attribute.PeekTag().TagValue : 0);
                    if (Texts.Contains(type))
                    {
                        values.Add(attribute.ReadCharacterString(type));
                    }
                }
            }
        }
        catch (AsnContentException)
        {
            return [];
        }

        return values;
    }
}

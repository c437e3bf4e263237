using System.Formats.Asn1;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// What a CSR may ask for: key usage digitalSignature and extended key usage clientAuth, what every device certificate
/// has anyway. Anything else (another name, a CA's rights) is refused rather than silently left out.
/// </summary>
internal static class RequestedExtensions
{
    /// <summary>Throws <see cref="RefusedException"/> when a CSR asks for more.</summary>
    public static void Check(CertificationRequest request)
    {
        if (request.OtherAttribute is { } attribute)
        {
            throw RefusedException.Malformed($"the CSR has an attribute a device may not ask for: {attribute}");
        }

        foreach (ExtensionField extension in request.Extensions)
        {
            if (!IsHarmless(extension))
            {
                throw RefusedException.Malformed($"the CSR has an extension a device may not ask for: {extension.Oid}");
            }
        }
    }

    private static bool IsHarmless(ExtensionField extension) => extension.Oid switch
    {
        ExtensionField.KeyUsage => extension.Value.Span.SequenceEqual(ExtensionField.DigitalSignature.Span) || IsDigitalSignature(extension.Value),
        ExtensionField.ExtendedKeyUsage => extension.Value.Span.SequenceEqual(ExtensionField.ClientAuthenticationOnly.Span),
        _ => false,
    };

    // The same bit, written with zeros behind it, as some libraries do.
    private static bool IsDigitalSignature(ReadOnlyMemory<byte> value)
    {
        try
        {
            var reader = new AsnReader(value, AsnEncodingRules.BER);
            KeyUsages usage = reader.ReadNamedBitListValue<KeyUsages>();
            return !reader.HasData && usage == KeyUsages.DigitalSignature;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;

namespace AutoRegister.Core.X509;

/// <summary>
/// What OpenSSL keeps behind a certificate in a block of <c>TRUSTED CERTIFICATE</c> (openssl-x509(1), "Trust Settings"):
/// <code>
/// CertificateAux ::= SEQUENCE {
///     trust   SEQUENCE OF OBJECT IDENTIFIER OPTIONAL,
///     reject  [0] IMPLICIT SEQUENCE OF OBJECT IDENTIFIER OPTIONAL,
///     alias   UTF8String OPTIONAL,
///     keyid   OCTET STRING OPTIONAL,
///     other   [1] IMPLICIT SEQUENCE OF AlgorithmIdentifier OPTIONAL }
/// </code>
/// </summary>
internal static class TrustSettings
{
    /// <summary>The label of such a block.</summary>
    internal const string Label = "TRUSTED CERTIFICATE";

    // RFC 5280, section 4.2.1.12.
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string AnyUsage = "2.5.29.37.0";

    /// <summary>Takes the settings off a certificate, and asks them about servers. OpenSSL's rules: what is rejected is not trusted, and a list of what is trusted is all that is.</summary>
    /// <param name="der">The certificate and its settings; afterwards the certificate alone.</param>
    /// <returns>Whether it may vouch for servers.</returns>
    /// <exception cref="CryptographicException">It is no DER.</exception>
    internal static bool TrustServers(ref byte[] der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.BER);
            ReadOnlyMemory<byte> certificate = reader.ReadEncodedValue();
            der = certificate.ToArray();
            if (!reader.HasData)
            {
                return true;
            }

            AsnReader settings = reader.ReadSequence();
            string[]? trusted = settings.HasData && settings.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence) ? Usages(settings.ReadSequence()) : null;
            var reject = new Asn1Tag(TagClass.ContextSpecific, 0);
            string[] rejected = settings.HasData && settings.PeekTag().HasSameClassAndValue(reject) ? Usages(settings.ReadSequence(reject)) : [];
            return !rejected.Any(IsServers) && (trusted is null || trusted.Any(IsServers));
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("its trust settings are no DER", e);
        }
    }

    private static bool IsServers(string usage) => usage is ServerAuth or AnyUsage;

    private static string[] Usages(AsnReader list)
    {
        List<string> usages = [];
        while (list.HasData)
        {
            usages.Add(list.ReadObjectIdentifier());
        }

        return [.. usages];
    }
}

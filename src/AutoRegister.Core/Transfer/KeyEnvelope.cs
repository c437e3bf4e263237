using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1.Nist;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Cms;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;
using BouncyCertificate = Org.BouncyCastle.X509.X509Certificate;

namespace AutoRegister.Core.Transfer;

/// <summary>
/// CMS EnvelopedData (RFC 5652, section 6) around a PKCS#8 key: AES-256, its key under RSAES-OAEP (RFC 3560). EC certificates are not
/// offered: the library derives the key of RFC 5753 in a way of its own, and nobody else could open it.
/// </summary>
internal static class KeyEnvelope
{
    private const int ShortestRsaKey = 2048;

    /// <summary>Tells why no key can be sealed for a certificate.</summary>
    /// <returns>The reason; <see langword="null"/> when one can.</returns>
    internal static string? ProblemOf(X509Certificate2 certificate)
    {
        using RSA? rsa = certificate.GetRSAPublicKey();
        return rsa is null ? "its key is not RSA"
            : rsa.KeySize < ShortestRsaKey ? $"its RSA key has {rsa.KeySize} bits, and needs {ShortestRsaKey}"
            : certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyEncipherment)
                ? "its keyUsage does not allow keyEncipherment"
            : null;
    }

    /// <summary>Seals bytes for a certificate.</summary>
    /// <returns>DER.</returns>
    internal static byte[] Seal(byte[] content, X509Certificate2 recipient)
    {
        var certificate = new BouncyCertificate(recipient.RawData);
        var sha256 = new AlgorithmIdentifier(NistObjectIdentifiers.IdSha256);
        var oaep = new AlgorithmIdentifier(
            PkcsObjectIdentifiers.IdRsaesOaep,
            new RsaesOaepParameters(sha256, new AlgorithmIdentifier(PkcsObjectIdentifiers.IdMgf1, sha256), RsaesOaepParameters.DefaultPSourceAlgorithm));
        var generator = new CmsEnvelopedDataGenerator();
        generator.AddRecipientInfoGenerator(new KeyTransRecipientInfoGenerator(certificate, new Asn1KeyWrapper(oaep, certificate)));
        return generator.Generate(new CmsProcessableByteArray(content), NistObjectIdentifiers.IdAes256Cbc).GetEncoded();
    }

    /// <summary>Opens an envelope.</summary>
    /// <param name="envelope">DER.</param>
    /// <param name="pkcs8">The recipient's private key, PKCS#8.</param>
    /// <returns>The content; <see langword="null"/> when the envelope is for somebody else, or none.</returns>
    internal static byte[]? Open(byte[] envelope, byte[] pkcs8)
    {
        try
        {
            // One recipient, as Seal makes it: a file may not ask for more work.
            AsymmetricKeyParameter key = PrivateKeyFactory.CreateKey(pkcs8);
            return new CmsEnvelopedData(envelope).GetRecipientInfos().GetRecipients() is { Count: 1 } recipients
                && recipients[0] is KeyTransRecipientInformation recipient && key is RsaKeyParameters ? recipient.GetContent(key) : null;
        }
        catch (Exception e) when (e is CmsException or CryptoException or GeneralSecurityException or IOException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}

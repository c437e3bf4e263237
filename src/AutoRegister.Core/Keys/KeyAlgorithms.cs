using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Core.Keys;

/// <summary>What each <see cref="KeyAlgorithm"/> means in OIDs, bits and bytes.</summary>
internal static class KeyAlgorithms
{
    private const string EcPublicKeyOid = "1.2.840.10045.2.1";
    private const string RsaEncryptionOid = "1.2.840.113549.1.1.1";

    /// <summary>Whether it is an RSA algorithm.</summary>
    public static bool IsRsa(this KeyAlgorithm algorithm) => algorithm is KeyAlgorithm.Rsa2048 or KeyAlgorithm.Rsa3072;

    /// <summary>The size of an RSA modulus in bits.</summary>
    public static int RsaBits(this KeyAlgorithm algorithm) => algorithm == KeyAlgorithm.Rsa3072 ? 3072 : 2048;

    /// <summary>The DER of a named curve's OID: <c>CKA_EC_PARAMS</c>, and the parameters of its SubjectPublicKeyInfo (RFC 5480, section 2.1.1.1).</summary>
    public static byte[] CurveParameters(this KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.EcP384 => [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22],
        KeyAlgorithm.EcP521 => [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23],
        _ => [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07],
    };

    /// <summary>The length of one coordinate of the curve in bytes.</summary>
    public static int CoordinateLength(this KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.EcP384 => 48,
        KeyAlgorithm.EcP521 => 66,
        _ => 32,
    };

    /// <summary>ecdsa-with-SHA256 (RFC 5758, section 3.2) or sha256WithRSAEncryption (RFC 4055, section 5).</summary>
    public static string SignatureOid(this KeyAlgorithm algorithm) => algorithm.IsRsa() ? "1.2.840.113549.1.1.11" : "1.2.840.10045.4.3.2";

    /// <summary>The name as messages have it.</summary>
    public static string DisplayName(this KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.EcP384 => "EC P-384",
        KeyAlgorithm.EcP521 => "EC P-521",
        KeyAlgorithm.Rsa2048 => "RSA 2048",
        KeyAlgorithm.Rsa3072 => "RSA 3072",
        _ => "EC P-256",
    };

    /// <summary>The algorithm of a public key.</summary>
    /// <param name="subjectPublicKeyInfo">The key, DER.</param>
    /// <returns>The algorithm; <see langword="null"/> where it is none a device key may have.</returns>
    public static KeyAlgorithm? Of(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        try
        {
            var key = PublicKey.CreateFromSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            KeyAlgorithm[] all = Enum.GetValues<KeyAlgorithm>();
            return key.Oid.Value switch
            {
                EcPublicKeyOid => all.Where(a => !a.IsRsa() && key.EncodedParameters?.RawData is byte[] curve && curve.AsSpan().SequenceEqual(a.CurveParameters())).Select(a => (KeyAlgorithm?)a).FirstOrDefault(),
                RsaEncryptionOid => OfRsa(key, all),
                _ => null,
            };
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static KeyAlgorithm? OfRsa(PublicKey key, KeyAlgorithm[] all)
    {
        using RSA? rsa = key.GetRSAPublicKey();
        int bits = rsa?.KeySize ?? 0;
        return all.Where(a => a.IsRsa() && a.RsaBits() == bits).Select(a => (KeyAlgorithm?)a).FirstOrDefault();
    }
}

using System.Security.Cryptography;

namespace AutoRegister.Core.Keys;

/// <summary>Verifies signatures in software, with SHA-256 as everywhere here.</summary>
internal static class KeySignature
{
    /// <summary>Whether a signature was made with the private half of a public key.</summary>
    /// <param name="subjectPublicKeyInfo">The public key, DER.</param>
    /// <param name="signature">The signature, as X.509 wants it.</param>
    /// <returns>Whether it was.</returns>
    /// <exception cref="CryptographicException">The public key is none.</exception>
    public static bool Verifies(ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (KeyAlgorithms.Of(subjectPublicKeyInfo) is KeyAlgorithm.Rsa2048 or KeyAlgorithm.Rsa3072)
        {
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        using var ec = ECDsa.Create();
        ec.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        return ec.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}

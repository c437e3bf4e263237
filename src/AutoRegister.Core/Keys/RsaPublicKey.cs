using System.Security.Cryptography;

namespace AutoRegister.Core.Keys;

/// <summary>Makes a <c>SubjectPublicKeyInfo</c> of what a token shows of an RSA public key.</summary>
internal static class RsaPublicKey
{
    /// <summary>Encodes the key as RFC 4055, section 1.2, has it.</summary>
    /// <param name="modulus"><c>CKA_MODULUS</c>, big-endian.</param>
    /// <param name="exponent"><c>CKA_PUBLIC_EXPONENT</c>, big-endian.</param>
    /// <returns>The DER; <see langword="null"/> where they are no RSA key.</returns>
    public static byte[]? Encode(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        byte[] n = modulus.TrimStart((byte)0).ToArray();
        byte[] e = exponent.TrimStart((byte)0).ToArray();
        if (n.Length == 0 || e.Length == 0)
        {
            // RSA.Create answers an empty number with an IndexOutOfRangeException.
            return null;
        }

        try
        {
            using var rsa = RSA.Create(new RSAParameters { Modulus = n, Exponent = e });
            return rsa.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

using System.Security.Cryptography;

namespace AutoRegister.Core.Keys;

/// <summary>How public keys are compared and written down: SHA-256 over the DER <c>SubjectPublicKeyInfo</c>.</summary>
public static class PublicKeyHash
{
    /// <summary>Hashes a public key.</summary>
    /// <param name="subjectPublicKeyInfo">The key, DER.</param>
    /// <returns>Lower-case hex.</returns>
    public static string Of(ReadOnlySpan<byte> subjectPublicKeyInfo) => Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo));
}

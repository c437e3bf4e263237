using System.Security.Cryptography;
using AutoRegister.Core.Keys;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>What goes into a token to be signed, and what comes out.</summary>
internal static class TokenSignature
{
    // DigestInfo ::= SEQUENCE { SEQUENCE { sha256, NULL }, OCTET STRING } up to the digest itself (RFC 8017, section 9.2, note 1).
    private static ReadOnlySpan<byte> Sha256DigestInfo =>
        [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

    /// <summary>What the signing mechanism wants: the data, its digest, or its DigestInfo.</summary>
    public static byte[] Input(ReadOnlySpan<byte> data, KeyAlgorithm algorithm, bool tokenHashes) =>
        tokenHashes ? data.ToArray()
        : algorithm.IsRsa() ? [.. Sha256DigestInfo, .. SHA256.HashData(data)]
        : SHA256.HashData(data);

    /// <summary>What X.509 wants of what the token gave.</summary>
    /// <returns>The signature; <see langword="null"/> where it has another length than such a key's signatures.</returns>
    public static byte[]? Output(byte[] signature, KeyAlgorithm algorithm) =>
        signature.Length != Length(algorithm) ? null
        : algorithm.IsRsa() ? signature
        : EcdsaSignature.ToDer(signature);

    /// <summary>The length of a signature as the token gives it: r and s, or the modulus.</summary>
    public static int Length(KeyAlgorithm algorithm) => algorithm.IsRsa() ? algorithm.RsaBits() / 8 : 2 * algorithm.CoordinateLength();
}

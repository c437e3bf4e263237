using System.Security.Cryptography;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Objects;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>What a token is given to sign and what becomes of its signature, compared with what .NET's own cryptography does.</summary>
public sealed class SignatureFormsTests
{
    private static readonly byte[] Data = [1, 2, 3, 4];

    [Theory]
    [InlineData(KeyAlgorithm.EcP256, 64)]
    [InlineData(KeyAlgorithm.EcP384, 96)]
    [InlineData(KeyAlgorithm.EcP521, 132)]
    [InlineData(KeyAlgorithm.Rsa2048, 256)]
    [InlineData(KeyAlgorithm.Rsa3072, 384)]
    public void A_signature_of_another_length_is_none(KeyAlgorithm algorithm, int length)
    {
        Assert.Equal(length, TokenSignature.Length(algorithm));
        Assert.Null(TokenSignature.Output(new byte[length - 1], algorithm));
        Assert.Null(TokenSignature.Output(new byte[length + 1], algorithm));
        byte[] signature = RandomNumberGenerator.GetBytes(length);
        Assert.Equal(algorithm.IsRsa() ? signature : EcdsaSignature.ToDer(signature), TokenSignature.Output(signature, algorithm));
    }

    [Fact]
    public void A_token_that_hashes_gets_the_data_and_another_its_digest()
    {
        Assert.Equal(Data, TokenSignature.Input(Data, KeyAlgorithm.Rsa2048, tokenHashes: true));
        Assert.Equal(Data, TokenSignature.Input(Data, KeyAlgorithm.EcP256, tokenHashes: true));
        Assert.Equal(SHA256.HashData(Data), TokenSignature.Input(Data, KeyAlgorithm.EcP256, tokenHashes: false));
    }

    [Fact]
    public void An_rsa_token_that_does_not_hash_gets_what_pkcs1_pads()
    {
        using var rsa = RSA.Create(2048);
        byte[] input = TokenSignature.Input(Data, KeyAlgorithm.Rsa2048, tokenHashes: false);

        // A signature without its padding is what was signed (RFC 8017, section 9.2): 00 01 FF … FF 00 and the DigestInfo.
        RSAParameters key = rsa.ExportParameters(false);
        byte[] signature = rsa.SignData(Data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var opened = System.Numerics.BigInteger.ModPow(new(signature, true, true), new(key.Exponent, true, true), new(key.Modulus, true, true));
        Assert.Equal(opened.ToByteArray(true, true)[^input.Length..], input);
        Assert.Equal(51, input.Length);
    }

    [Theory]
    [InlineData(KeyAlgorithm.EcP256)]
    [InlineData(KeyAlgorithm.Rsa2048)]
    [InlineData(KeyAlgorithm.Rsa3072)]
    public void A_signature_verifies_with_its_own_key_and_data_only(KeyAlgorithm algorithm)
    {
        using AsymmetricAlgorithm key = algorithm.IsRsa() ? RSA.Create(algorithm.RsaBits()) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] signature = key is RSA rsa
            ? rsa.SignData(Data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : ((ECDsa)key).SignData(Data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        byte[] info = key.ExportSubjectPublicKeyInfo();
        Assert.True(KeySignature.Verifies(info, Data, signature));
        Assert.False(KeySignature.Verifies(info, Data.AsSpan(1), signature));
        Assert.ThrowsAny<CryptographicException>(() => KeySignature.Verifies([1, 2], Data, signature));
    }

    [Fact]
    public void A_zero_is_one_byte() => Assert.Equal([0x30, 6, 2, 1, 0, 2, 1, 0], EcdsaSignature.ToDer(new byte[64]));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void An_rsa_key_is_read_whatever_zeros_the_token_puts_before_its_numbers(int zeros)
    {
        using var rsa = RSA.Create(2048);
        RSAParameters key = rsa.ExportParameters(false);
        Assert.Equal(rsa.ExportSubjectPublicKeyInfo(), RsaPublicKey.Encode([.. new byte[zeros], .. key.Modulus!], [.. new byte[zeros], .. key.Exponent!]));
    }

    [Fact]
    public void An_rsa_key_of_zeros_is_none()
    {
        Assert.Null(RsaPublicKey.Encode([0, 0], [1, 0, 1]));
        Assert.Null(RsaPublicKey.Encode([0x80, 1], [0]));
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;
using AutoRegister.Core.Keys;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// A public key as it stands in a CSR or a certificate (RFC 5280, section 4.1):
/// <code>SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }</code>
/// </summary>
/// <param name="Algorithm">The OID of the kind of key.</param>
/// <param name="Parameters">The DER of the algorithm's parameters, for EC the curve; empty where there are none.</param>
/// <param name="Key">The bytes of the BIT STRING.</param>
internal sealed record SubjectPublicKey(ReadOnlyMemory<byte> Der, string Algorithm, ReadOnlyMemory<byte> Parameters, ReadOnlyMemory<byte> Key)
{
    /// <summary>rsaEncryption.</summary>
    public const string Rsa = "1.2.840.113549.1.1.1";

    /// <summary>id-ecPublicKey.</summary>
    public const string EllipticCurve = "1.2.840.10045.2.1";

    private string? sha256;

    /// <summary>SHA-256 over <see cref="Der"/>, lower-case hex: how public keys are compared and written down.</summary>
    public string Sha256 => sha256 ??= PublicKeyHash.Of(Der.Span);

    /// <summary>
    /// SHA-1 over the bits: the key identifier of RFC 5280, section 4.2.1.2, method 1. It names the key and proves nothing.
    /// </summary>
#pragma warning disable CA5350 // The name of a key, as the RFC has it; nothing relies on it.
    public byte[] Identifier => SHA1.HashData(Key.Span);
#pragma warning restore CA5350

    /// <summary>Reads the next value as a public key.</summary>
    /// <exception cref="AsnContentException">It is none.</exception>
    public static SubjectPublicKey Read(AsnReader reader)
    {
        ReadOnlyMemory<byte> der = reader.PeekEncodedValue();
        AsnReader info = reader.ReadSequence();
        AsnReader algorithm = info.ReadSequence();
        string oid = algorithm.ReadObjectIdentifier();
        ReadOnlyMemory<byte> parameters = algorithm.HasData ? algorithm.ReadEncodedValue() : default;
        algorithm.ThrowIfNotEmpty();
        if (!info.TryReadPrimitiveBitString(out int unused, out ReadOnlyMemory<byte> key) || unused != 0)
        {
            throw new AsnContentException("The public key is no whole number of bytes.");
        }

        info.ThrowIfNotEmpty();
        return new SubjectPublicKey(der, oid, parameters, key);
    }

    /// <summary>Reads a key on its own.</summary>
    /// <exception cref="AsnContentException">It is none, or something follows it.</exception>
    public static SubjectPublicKey Read(ReadOnlyMemory<byte> der)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        SubjectPublicKey key = Read(reader);
        reader.ThrowIfNotEmpty();
        return key;
    }

    /// <summary>Whether a signature over some data was made with this key's private half.</summary>
    /// <exception cref="CryptographicException">The key cannot be used: a point that is not on its curve, say.</exception>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, SignatureAlgorithm algorithm)
    {
        if (algorithm.IsRsa != (Algorithm == Rsa))
        {
            return false;
        }

        if (algorithm.IsRsa)
        {
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(Der.Span, out _);
            return rsa.VerifyData(data, signature, algorithm.Hash, RSASignaturePadding.Pkcs1);
        }

        using ECDsa ecdsa = ToECDsa();
        return ecdsa.VerifyData(data, signature, algorithm.Hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>The key as .NET uses it; the caller disposes of it.</summary>
    /// <exception cref="CryptographicException">It is no EC key that can be used.</exception>
    public ECDsa ToECDsa()
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(Der.Span, out _);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Whether it is the same key, written the same way.</summary>
    public bool Equals(SubjectPublicKey? other) => other is not null && Der.Span.SequenceEqual(other.Der.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => Sha256.GetHashCode(StringComparison.Ordinal);
}

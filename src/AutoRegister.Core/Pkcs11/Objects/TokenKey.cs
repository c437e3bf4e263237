using System.Security.Cryptography;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>
/// A key pair in a token. Signs with SHA-256, hashed by the token where it can, else here. Lives as long as its
/// <see cref="TokenSession"/>.
/// </summary>
public sealed class TokenKey : IDeviceKey
{
    private readonly TokenAccess access;
    private readonly byte[] subjectPublicKeyInfo;
    private bool disposed;

    internal TokenKey(TokenAccess access, string label, ObjectId id, IObjectHandle privateKey, IObjectHandle? publicKey, byte[] subjectPublicKeyInfo, KeyAlgorithm algorithm)
    {
        this.access = access;
        this.subjectPublicKeyInfo = subjectPublicKeyInfo;
        Label = label;
        Id = id;
        PrivateKey = privateKey;
        PublicKey = publicKey;
        Algorithm = algorithm;
    }

    /// <summary>The label of both keys.</summary>
    public string Label { get; }

    /// <summary>The id of both keys.</summary>
    public ObjectId Id { get; }

    /// <summary>What kind of key it is.</summary>
    public KeyAlgorithm Algorithm { get; }

    /// <summary>The token that holds the key.</summary>
    public TokenInfo Token => access.Token;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => subjectPublicKeyInfo;

    /// <inheritdoc/>
    public string SignatureAlgorithmOid => Algorithm.SignatureOid();

    internal IObjectHandle PrivateKey { get; }

    /// <summary>The public half; <see langword="null"/> where only a certificate shows it.</summary>
    internal IObjectHandle? PublicKey { get; }

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        byte[] input = TokenSignature.Input(data, Algorithm, KeyMechanisms.HashesItself(access.Token, Algorithm));
        byte[] signature = access.Run("C_Sign", session =>
        {
            using IMechanism mechanism = session.Factories.MechanismFactory.Create(KeyMechanisms.Signing(access.Token, Algorithm));
            return session.Sign(mechanism, PrivateKey, input);
        });
        return TokenSignature.Output(signature, Algorithm)
            ?? throw KeyAttributes.Unusable(access, Label, $"its signatures have {signature.Length} bytes instead of {TokenSignature.Length(Algorithm)}");
    }

    /// <inheritdoc/>
    public void Dispose() => disposed = true;

    /// <summary>Signs something unforeseeable and verifies it in software: proves that both keys belong together, and that the token signs at all.</summary>
    internal void Prove()
    {
        Span<byte> challenge = stackalloc byte[32];
        RandomNumberGenerator.Fill(challenge);
        byte[] signature = Sign(challenge);
        try
        {
            if (!KeySignature.Verifies(subjectPublicKeyInfo, challenge, signature))
            {
                throw KeyAttributes.Unusable(access, Label, "a signature made with the private key does not verify with the public key");
            }
        }
        catch (CryptographicException e)
        {
            throw KeyAttributes.Unusable(access, Label, "its public key cannot be one", e);
        }
    }
}

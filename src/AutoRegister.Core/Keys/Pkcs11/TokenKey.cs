using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>
/// A P-256 key pair in a token. Signs with <c>CKM_ECDSA_SHA256</c> where the token has it, else hashes here and signs with
/// <c>CKM_ECDSA</c>. Lives as long as its <see cref="TokenSession"/>.
/// </summary>
public sealed class TokenKey : IDeviceKey
{
    // r and s of P-256.
    private const int SignatureLength = 64;

    private readonly TokenAccess access;
    private readonly byte[] subjectPublicKeyInfo;
    private bool disposed;

    internal TokenKey(TokenAccess access, string label, byte id, IObjectHandle privateKey, IObjectHandle publicKey, byte[] subjectPublicKeyInfo)
    {
        this.access = access;
        this.subjectPublicKeyInfo = subjectPublicKeyInfo;
        Label = label;
        Id = id;
        PrivateKey = privateKey;
        PublicKey = publicKey;
    }

    /// <summary>The label of both halves.</summary>
    public string Label { get; }

    /// <summary>The id of both halves.</summary>
    public byte Id { get; }

    /// <summary>The token that holds the key.</summary>
    public TokenDescription Token => access.Token;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => subjectPublicKeyInfo;

    /// <inheritdoc/>
    public string SignatureAlgorithmOid => "1.2.840.10045.4.3.2";

    internal IObjectHandle PrivateKey { get; }

    internal IObjectHandle PublicKey { get; }

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        bool hashesItself = KeyMechanisms.HashesItself(access.Token);
        byte[] input = hashesItself ? data.ToArray() : SHA256.HashData(data);
        byte[] sideBySide = access.Run(session =>
        {
            using IMechanism mechanism = session.Factories.MechanismFactory.Create(hashesItself ? CKM.CKM_ECDSA_SHA256 : CKM.CKM_ECDSA);
            return session.Sign(mechanism, PrivateKey, input);
        });
        return sideBySide.Length == SignatureLength
            ? EcdsaSignature.ToDer(sideBySide)
            : throw KeyAttributes.Unusable(access, Label, $"its signatures have {sideBySide.Length} bytes instead of {SignatureLength}");
    }

    /// <inheritdoc/>
    public void Dispose() => disposed = true;

    /// <summary>Signs something unforeseeable and verifies it in software: proves that both halves belong together, and that the token signs at all.</summary>
    internal void Prove()
    {
        Span<byte> challenge = stackalloc byte[32];
        RandomNumberGenerator.Fill(challenge);
        byte[] signature = Sign(challenge);
        try
        {
            using var verifier = ECDsa.Create();
            verifier.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            if (!verifier.VerifyData(challenge, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            {
                throw KeyAttributes.Unusable(access, Label, "a signature made with the private key does not verify with the public key");
            }
        }
        catch (CryptographicException e)
        {
            throw KeyAttributes.Unusable(access, Label, "its public key is no point of P-256", e);
        }
    }
}

using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>Looks for keys and certificates in a token.</summary>
internal sealed class TokenObjects(TokenAccess access)
{
    private static readonly TokenObjectKind[] Named = [TokenObjectKind.PrivateKey, TokenObjectKind.PublicKey, TokenObjectKind.Certificate];

    /// <summary>Lists all private keys, public keys and certificates, and what does not say what it is.</summary>
    /// <returns>The objects.</returns>
    public IReadOnlyList<TokenObject> FindAll() =>
        [.. Named.SelectMany(kind => access.Find(access.NewTemplate().Class(kind)).Select(handle => Describe(kind, handle))), .. FindUnreadable()];

    /// <summary>Finds objects of a kind that have this label and id.</summary>
    public List<IObjectHandle> Find(TokenObjectKind kind, string label, byte id) =>
        access.Find(access.NewTemplate().Class(kind).Named(label, id));

    /// <summary>Finds keys, or halves of keys, that have this label or this id.</summary>
    public IReadOnlyList<TokenObject> FindKeysUnder(string label, byte id)
    {
        var found = new Dictionary<ulong, TokenObject>();
        foreach (TokenObjectKind kind in (ReadOnlySpan<TokenObjectKind>)[TokenObjectKind.PrivateKey, TokenObjectKind.PublicKey])
        {
            foreach (IObjectHandle handle in access.Find(access.NewTemplate().Class(kind).Label(label)).Concat(access.Find(access.NewTemplate().Class(kind).Id(id))))
            {
                found.TryAdd(handle.ObjectId, Describe(kind, handle));
            }
        }

        return [.. found.Values];
    }

    /// <summary>Reads what tells an object from others.</summary>
    public TokenObject Describe(TokenObjectKind kind, IObjectHandle handle)
    {
        string label = access.ReadText(handle, CKA.CKA_LABEL);
        string id = Convert.ToHexStringLower(access.ReadBytes(handle, CKA.CKA_ID) ?? []);
        switch (kind)
        {
            case TokenObjectKind.PublicKey:
                byte[]? publicKey = ReadEcPublicKey(handle);
                return new TokenObject(kind, label, id, publicKey is null ? null : PublicKeyHash.Of(publicKey)) { Handle = handle };
            case TokenObjectKind.Certificate:
                CertificateFields? fields = CertificateFields.TryRead(access.ReadBytes(handle, CKA.CKA_VALUE) ?? []);
                return new TokenObject(kind, label, id, fields is null ? null : PublicKeyHash.Of(fields.SubjectPublicKeyInfo), fields?.SubjectName) { Handle = handle };
            default:
                return new TokenObject(kind, label, id) { Handle = handle };
        }
    }

    private IEnumerable<TokenObject> FindUnreadable() => access.Find(access.NewTemplate())
        .Where(handle => access.ReadBytes(handle, CKA.CKA_CLASS) is null or { Length: 0 })
        .Select(handle => new TokenObject(TokenObjectKind.Unreadable, string.Empty, string.Empty) { Handle = handle });

    /// <summary>Reads an EC public key.</summary>
    /// <param name="handle">The public key.</param>
    /// <returns>DER <c>SubjectPublicKeyInfo</c>; <see langword="null"/> where it is no EC key.</returns>
    public byte[]? ReadEcPublicKey(IObjectHandle handle)
    {
        byte[]? parameters = access.ReadBytes(handle, CKA.CKA_EC_PARAMS);
        byte[]? point = access.ReadBytes(handle, CKA.CKA_EC_POINT);
        return parameters is { Length: > 0 } && point is { Length: > 0 } ? EcPublicKey.Encode(parameters, point) : null;
    }
}

using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using AutoRegister.Core.X509;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>Looks for keys and certificates in a token.</summary>
internal sealed class TokenObjects(TokenAccess access)
{
    private static readonly TokenObjectKind[] Named = [TokenObjectKind.PrivateKey, TokenObjectKind.PublicKey, TokenObjectKind.Certificate];

    /// <summary>Lists all private keys, public keys and certificates, and what does not say what it is.</summary>
    public IReadOnlyList<TokenObject> FindAll() =>
        [.. Named.SelectMany(kind => access.Find(access.NewTemplate().Class(kind)).Select(handle => Describe(kind, handle))), .. FindUnreadable()];

    /// <summary>Finds objects of a kind that have this label and id.</summary>
    public List<IObjectHandle> Find(TokenObjectKind kind, string label, ObjectId id) =>
        access.Find(access.NewTemplate().Class(kind).Named(label, id));

    /// <summary>Finds key pairs, complete or not, that have this label or this id.</summary>
    public IReadOnlyList<TokenObject> FindKeysUnder(string label, ObjectId id) =>
        [.. FindUnder(TokenObjectKind.PrivateKey, label, id), .. FindUnder(TokenObjectKind.PublicKey, label, id)];

    /// <summary>
    /// Finds all that may be a device's. In a token of its own that is everything; in one that it shares, what has one of its names:
    /// to read all objects for each of the devices would take a time that grows with the square of their number.
    /// </summary>
    public IReadOnlyList<TokenObject> FindOf(DeviceObjects ours) => ours.IsStandard
        ? FindAll()
        : [.. FindKeysUnder(ours.KeyLabel, ours.KeyId), .. FindUnder(TokenObjectKind.Certificate, ours.CertificateLabel, ours.CertificateId)];

    private IEnumerable<TokenObject> FindUnder(TokenObjectKind kind, string label, ObjectId id) =>
        access.Find(access.NewTemplate().Class(kind).Label(label)).Concat(access.Find(access.NewTemplate().Class(kind).Id(id)))
            .DistinctBy(handle => handle.ObjectId)
            .Select(handle => Describe(kind, handle));

    /// <summary>Reads what tells an object from others.</summary>
    public TokenObject Describe(TokenObjectKind kind, IObjectHandle handle)
    {
        string label = access.ReadText(handle, CKA.CKA_LABEL);
        string id = Convert.ToHexStringLower(access.ReadBytes(handle, CKA.CKA_ID) ?? []);
        switch (kind)
        {
            case TokenObjectKind.PublicKey:
                byte[]? publicKey = ReadPublicKey(handle);
                return new TokenObject(kind, label, id, publicKey is null ? null : PublicKeyHash.Of(publicKey)) { Handle = handle };
            case TokenObjectKind.Certificate:
                var fields = CertificateFields.TryRead(access.ReadBytes(handle, CKA.CKA_VALUE) ?? []);
                return new TokenObject(kind, label, id, fields is null ? null : PublicKeyHash.Of(fields.SubjectPublicKeyInfo), fields?.SubjectName) { Handle = handle };
            default:
                return new TokenObject(kind, label, id) { Handle = handle };
        }
    }

    private IEnumerable<TokenObject> FindUnreadable() => access.Find(access.NewTemplate())
        .Where(handle => access.ReadBytes(handle, CKA.CKA_CLASS) is null or { Length: 0 })
        .Select(handle => new TokenObject(TokenObjectKind.Unreadable, string.Empty, string.Empty) { Handle = handle });

    /// <summary>Reads a public key.</summary>
    /// <returns>DER <c>SubjectPublicKeyInfo</c>; <see langword="null"/> where it is neither an EC nor an RSA key, or not shown.</returns>
    public byte[]? ReadPublicKey(IObjectHandle handle)
    {
        if (access.ReadBytes(handle, CKA.CKA_EC_PARAMS) is { Length: > 0 } parameters)
        {
            return access.ReadBytes(handle, CKA.CKA_EC_POINT) is { Length: > 0 } point ? EcPublicKey.Encode(parameters, point) : null;
        }

        byte[]? modulus = access.ReadBytes(handle, CKA.CKA_MODULUS);
        byte[]? exponent = access.ReadBytes(handle, CKA.CKA_PUBLIC_EXPONENT);
        return modulus is { Length: > 0 } && exponent is { Length: > 0 } ? RsaPublicKey.Encode(modulus, exponent) : null;
    }

    /// <summary>Lists all private keys, public keys and certificates as a person reads them.</summary>
    public IReadOnlyList<HsmObject> ListAll() => [.. FindAll().Select(Show)];

    private HsmObject Show(TokenObject item)
    {
        IObjectHandle handle = item.Handle!;
        bool isPrivate = item.Kind == TokenObjectKind.PrivateKey;
        if (item.Kind == TokenObjectKind.Unreadable)
        {
            return new HsmObject { Class = item.Kind, Label = item.Label, Id = item.Id, Kind = string.Empty, TokenLabel = access.Token.Label };
        }

        byte[]? publicKey = item.Kind == TokenObjectKind.Certificate
            ? CertificateFields.TryRead(access.ReadBytes(handle, CKA.CKA_VALUE) ?? [])?.SubjectPublicKeyInfo
            : ReadPublicKey(handle);
        return new HsmObject
        {
            Class = item.Kind,
            Label = item.Label,
            Id = item.Id,
            Kind = KindOf(handle, isPrivate, publicKey),
            TokenLabel = access.Token.Label,
            Sensitive = isPrivate ? access.ReadFlag(handle, CKA.CKA_SENSITIVE) : null,
            Extractable = isPrivate ? access.ReadFlag(handle, CKA.CKA_EXTRACTABLE) : null,
            Subject = item.Subject,
            PublicKeyHash = item.PublicKeyHash,
        };
    }

    // A private EC key shows its curve and no point; a private RSA key shows its modulus.
    private string KindOf(IObjectHandle handle, bool isPrivate, byte[]? publicKey)
    {
        if (publicKey is not null)
        {
            return KeyAlgorithms.Of(publicKey)?.ToString() ?? "other";
        }

        byte[]? curve = isPrivate ? access.ReadBytes(handle, CKA.CKA_EC_PARAMS) : null;
        return curve is not { Length: > 0 } ? string.Empty
            : Enum.GetValues<KeyAlgorithm>().Where(a => !a.IsRsa() && a.CurveParameters().AsSpan().SequenceEqual(curve)).Select(a => a.ToString()).FirstOrDefault("other");
    }
}

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

    private TokenCatalogue? Catalogue => TokenCatalogue.Of(access.Token);

    /// <summary>Lists all private keys, public keys and certificates, and what does not say what it is.</summary>
    public IReadOnlyList<TokenObject> FindAll() => access.Together<IReadOnlyList<TokenObject>>(() => [.. FindNamed(), .. FindUnreadable()]);

    /// <summary>Finds objects of a kind that have this label and id.</summary>
    public List<IObjectHandle> Find(TokenObjectKind kind, string label, ObjectId id) => access.Together(() => Catalogue is { } catalogue
        ? [.. catalogue.Objects(FindNamed).Where(o => o.Kind == kind && o.IsNamed(label, id)).Select(o => o.Handle!)]
        : access.Find(access.NewTemplate().Class(kind).Named(label, id)));

    /// <summary>Puts objects into the token.</summary>
    /// <param name="put">Puts them in.</param>
    /// <param name="made">Says which they are.</param>
    public T Put<T>(Func<T> put, Func<T, (TokenObjectKind Kind, IObjectHandle Handle)[]> made) => access.Together(() =>
    {
        T result = put();
        Catalogue?.Add([.. made(result).Select(o => Describe(o.Kind, o.Handle))]);
        return result;
    });

    /// <summary>Finds key pairs, complete or not, that have this label or this id.</summary>
    public IReadOnlyList<TokenObject> FindKeysUnder(string label, ObjectId id) =>
        [.. FindUnder([label], [id]).Where(o => o.Kind != TokenObjectKind.Certificate)];

    /// <summary>
    /// Finds all that may be a device's. In a token of its own that is everything; in one that it shares, what has one of its names:
    /// to read all objects for each of the devices would take a time that grows with the square of their number.
    /// </summary>
    public IReadOnlyList<TokenObject> FindOf(DeviceObjects ours) => ours.IsStandard
        ? FindAll()
        : [.. FindUnder([ours.KeyLabel, ours.CertificateLabel], [ours.KeyId, ours.CertificateId]).Where(ours.Touches)];

    /// <summary>Finds keys and certificates with this id.</summary>
    public IReadOnlyList<TokenObject> FindWith(ObjectId id) => FindUnder([], [id]);

    private IReadOnlyList<TokenObject> FindUnder(string[] labels, ObjectId[] ids) => access.Together<IReadOnlyList<TokenObject>>(() => Catalogue is { } catalogue
        ? [.. catalogue.Objects(FindNamed).Where(o => labels.Contains(o.Label) || ids.Any(id => id.Hex == o.Id)).OrderBy(o => o.Kind)]
        : Search(labels, ids));

    // One search a name and not one a kind: SoftHSM2 opens the files of all objects for each search.
    private IReadOnlyList<TokenObject> Search(string[] labels, ObjectId[] ids) =>
        [.. labels.Distinct().SelectMany(label => access.Find(access.NewTemplate().Label(label)))
            .Concat(ids.Distinct().SelectMany(id => access.Find(access.NewTemplate().Id(id))))
            .DistinctBy(handle => handle.ObjectId)
            .Select(handle => (Kind: KindOf(handle), Handle: handle))
            .Where(found => found.Kind is not null)
            .Select(found => Describe(found.Kind!.Value, found.Handle))
            .OrderBy(o => o.Kind)];

    private IReadOnlyList<TokenObject> FindNamed() =>
        [.. Named.SelectMany(kind => access.Find(access.NewTemplate().Class(kind)).Select(handle => Describe(kind, handle)))];

    private TokenObjectKind? KindOf(IObjectHandle handle) => access.ReadClass(handle) switch
    {
        CKO.CKO_PRIVATE_KEY => TokenObjectKind.PrivateKey,
        CKO.CKO_PUBLIC_KEY => TokenObjectKind.PublicKey,
        CKO.CKO_CERTIFICATE => TokenObjectKind.Certificate,
        _ => null,
    };

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
        .Where(handle => access.ReadClass(handle) is null)
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
    public IReadOnlyList<HsmObject> ListAll() => access.Together<IReadOnlyList<HsmObject>>(() => [.. FindAll().Select(Show)]);

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
            Kind = AlgorithmOf(handle, isPrivate, publicKey),
            TokenLabel = access.Token.Label,
            Sensitive = isPrivate ? access.ReadFlag(handle, CKA.CKA_SENSITIVE) : null,
            Extractable = isPrivate ? access.ReadFlag(handle, CKA.CKA_EXTRACTABLE) : null,
            Subject = item.Subject,
            PublicKeyHash = item.PublicKeyHash,
        };
    }

    // A private EC key shows its curve and no point; a private RSA key shows its modulus.
    private string AlgorithmOf(IObjectHandle handle, bool isPrivate, byte[]? publicKey)
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

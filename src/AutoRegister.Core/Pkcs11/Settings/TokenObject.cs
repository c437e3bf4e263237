using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Settings;

/// <summary>A key or certificate in the token, as it was when it was looked for.</summary>
/// <param name="Label">Its label; empty when it has none.</param>
/// <param name="Id">Its id as lower-case hex; empty when it has none.</param>
/// <param name="PublicKeyHash">SHA-256 of the DER <c>SubjectPublicKeyInfo</c> as lower-case hex; <see langword="null"/> for private keys, and where the kind of key is not known.</param>
/// <param name="Subject">The subject of a certificate; <see langword="null"/> for keys.</param>
public sealed record TokenObject(TokenObjectKind Kind, string Label, string Id, string? PublicKeyHash = null, string? Subject = null)
{
    /// <summary>The module's handle of the object, good until the module is finalised.</summary>
    internal IObjectHandle? Handle { get; init; }

    /// <summary>Whether the object has this label and id.</summary>
    /// <returns>Whether it has both.</returns>
    public bool IsNamed(string label, ObjectId id) => Label == label && Id == id.Hex;

    /// <summary>The object as messages name it.</summary>
    /// <returns>Kind, label, id, and what tells it from others.</returns>
    public override string ToString()
    {
        string kind = Kind switch
        {
            TokenObjectKind.PrivateKey => "private key",
            TokenObjectKind.PublicKey => "public key",
            TokenObjectKind.Certificate => "certificate",
            _ => "unreadable object",
        };
        string detail = Subject is not null ? $", subject {Subject}" : string.Empty;
        return $"{kind} \"{Label}\" (id {(Id.Length == 0 ? "none" : Id)}{detail})";
    }
}

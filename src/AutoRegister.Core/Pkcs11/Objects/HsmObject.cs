using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister;

/// <summary>A key or certificate in a token as a person reads it: output of <c>Get-HsmToken -Object</c>.</summary>
public sealed record HsmObject
{
    /// <summary>Private key, public key or certificate.</summary>
    public required TokenObjectKind Class { get; init; }

    /// <summary>Its label; empty when it has none.</summary>
    public required string Label { get; init; }

    /// <summary>Its id as lower-case hex; empty when it has none.</summary>
    public required string Id { get; init; }

    /// <summary>What kind of key it is, or certifies, for example <c>EcP256</c>; empty where the token does not show it.</summary>
    public required string Kind { get; init; }

    /// <summary>Label of the token.</summary>
    public required string TokenLabel { get; init; }

    /// <summary><c>CKA_SENSITIVE</c> of a private key: its value is never shown; <see langword="null"/> for others, and where the token does not say.</summary>
    public bool? Sensitive { get; init; }

    /// <summary><c>CKA_EXTRACTABLE</c> of a private key: it can leave the token, wrapped; <see langword="null"/> as above.</summary>
    public bool? Extractable { get; init; }

    /// <summary>The subject of a certificate; <see langword="null"/> for keys.</summary>
    public string? Subject { get; init; }

    /// <summary>SHA-256 of the public key's SubjectPublicKeyInfo, lower-case hex; <see langword="null"/> for private keys.</summary>
    public string? PublicKeyHash { get; init; }

    /// <summary>What a person needs to know at a glance.</summary>
    public string Detail => Class switch
    {
        TokenObjectKind.Certificate => Subject ?? string.Empty,
        TokenObjectKind.PrivateKey => $"{Words(Sensitive, "sensitive", "NOT sensitive")}, {Words(Extractable, "EXTRACTABLE", "never leaves the token")}",
        _ => string.Empty,
    };

    /// <summary>The object as messages name it.</summary>
    /// <returns>Class, label and id.</returns>
    public override string ToString() => $"{Class} \"{Label}\" (id {(Id.Length == 0 ? "none" : Id)})";

    private static string Words(bool? flag, string yes, string no) => flag is null ? "not shown" : flag.Value ? yes : no;
}

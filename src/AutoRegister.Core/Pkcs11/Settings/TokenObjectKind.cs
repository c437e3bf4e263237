namespace AutoRegister.Core.Pkcs11.Settings;

/// <summary>The kinds of objects a registration deals with (PKCS#11 2.40, section 4.1, <c>CKA_CLASS</c>).</summary>
public enum TokenObjectKind : long
{
    /// <summary><c>CKO_PRIVATE_KEY</c>.</summary>
    PrivateKey,

    /// <summary><c>CKO_PUBLIC_KEY</c>.</summary>
    PublicKey,

    /// <summary><c>CKO_CERTIFICATE</c>.</summary>
    Certificate,

    /// <summary>The token does not say what it is: what a module leaves that was killed while it wrote an object.</summary>
    Unreadable,
}

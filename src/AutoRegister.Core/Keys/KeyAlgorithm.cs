namespace AutoRegister.Core.Keys;

/// <summary>What kind of device key is made. All sign with SHA-256.</summary>
public enum KeyAlgorithm : long
{
    /// <summary>EC on P-256 (secp256r1): what LmP devices have.</summary>
    EcP256,

    /// <summary>EC on P-384 (secp384r1).</summary>
    EcP384,

    /// <summary>EC on P-521 (secp521r1).</summary>
    EcP521,

    /// <summary>RSA with 2048 bits. fioconfig cannot decrypt configuration files with it.</summary>
    Rsa2048,

    /// <summary>RSA with 3072 bits. fioconfig cannot decrypt configuration files with it.</summary>
    Rsa3072,
}

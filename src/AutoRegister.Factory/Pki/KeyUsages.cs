namespace AutoRegister.Factory.Pki;

/// <summary>What a key may be used for (RFC 5280, section 4.2.1.3), bit by bit as it is encoded.</summary>
[Flags]
internal enum KeyUsages
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Signatures that are no certificates': a TLS client's.</summary>
    DigitalSignature = 1 << 0,

    /// <summary>nonRepudiation.</summary>
    NonRepudiation = 1 << 1,

    /// <summary>keyEncipherment.</summary>
    KeyEncipherment = 1 << 2,

    /// <summary>dataEncipherment.</summary>
    DataEncipherment = 1 << 3,

    /// <summary>keyAgreement.</summary>
    KeyAgreement = 1 << 4,

    /// <summary>Certificates: a CA's.</summary>
    KeyCertSign = 1 << 5,

    /// <summary>Revocation lists.</summary>
    CrlSign = 1 << 6,

    /// <summary>encipherOnly.</summary>
    EncipherOnly = 1 << 7,

    /// <summary>decipherOnly.</summary>
    DecipherOnly = 1 << 8,
}

namespace AutoRegister.Core.Pkcs11.Settings;

/// <summary>Under which labels and ids a device has its key and certificate in a token.</summary>
/// <param name="KeyLabel">Label of the private and the public key.</param>
/// <param name="CertificateLabel">Label of the certificate.</param>
public sealed record DeviceObjects(string KeyLabel, ObjectId KeyId, string CertificateLabel, ObjectId CertificateId)
{
    /// <summary>Where the OTA client of an LmP device looks, which has the token to itself.</summary>
    public static DeviceObjects Standard { get; } = new("tls", 0x01, "client", 0x03);

    /// <summary>Whether the token is the device's alone.</summary>
    public bool IsStandard => this == Standard;

    /// <summary>
    /// The names of one of many devices in a token: everything of it has the one id, as PKCS#11 2.40 recommends for a key and its
    /// certificate (section 4.6.3), and labels that tell it from the others.
    /// </summary>
    public static DeviceObjects Under(ObjectId id) => new($"{Standard.KeyLabel}-{id}", id, $"{Standard.CertificateLabel}-{id}", id);

    /// <summary>Whether an object has a label or an id of this device, rightly or not.</summary>
    internal bool Touches(TokenObject o) => o.Kind == TokenObjectKind.Certificate
        ? o.Label == CertificateLabel || o.Id == CertificateId.Hex
        : o.Label == KeyLabel || o.Id == KeyId.Hex;

    /// <summary>Whether an object has the label and the id that it has when it is this device's.</summary>
    internal bool Names(TokenObject o) => o.Kind == TokenObjectKind.Certificate ? o.IsNamed(CertificateLabel, CertificateId) : o.IsNamed(KeyLabel, KeyId);

    /// <summary>The names in a few words.</summary>
    public override string ToString() => $"{KeyLabel} (id {KeyId}), {CertificateLabel} (id {CertificateId})";
}

using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>
/// The attributes of everything we put into a token, in one place. <c>CKA_EXTRACTABLE</c> and <c>CKA_PRIVATE</c> are always
/// said out loud: their defaults are the module's own (PKCS#11 2.40, sections 4.4 and 4.9), and some default to the unsafe side.
/// </summary>
internal static class KeyTemplates
{
    /// <summary>The public half of a P-256 key.</summary>
    public static Template PublicKey(Template template, KeyRequest request) => template
        .Flag(CKA.CKA_TOKEN, true)
        .Flag(CKA.CKA_PRIVATE, false)
        .Named(request.Label, request.Id)
        .Flag(CKA.CKA_VERIFY, true)
        .Bytes(CKA.CKA_EC_PARAMS, EcPublicKey.P256Parameters.ToArray());

    /// <summary>
    /// The private half. <c>CKA_DERIVE</c> is for fioconfig, which decrypts the device's configuration with ECDH on this key.
    /// </summary>
    public static Template PrivateKey(Template template, KeyRequest request, bool derive)
    {
        template
            .Flag(CKA.CKA_TOKEN, true)
            .Flag(CKA.CKA_PRIVATE, true)
            .Flag(CKA.CKA_SENSITIVE, true)
            .Flag(CKA.CKA_EXTRACTABLE, false)
            .Named(request.Label, request.Id)
            .Flag(CKA.CKA_SIGN, true);
        return derive ? template.Flag(CKA.CKA_DERIVE, true) : template;
    }

    /// <summary>An X.509 certificate (PKCS#11 2.40, section 4.6.3).</summary>
    public static Template Certificate(Template template, string label, byte id, CertificateFields fields, byte[] value) => template
        .Class(TokenObjectKind.Certificate)
        .CertificateType(CKC.CKC_X_509)
        .Flag(CKA.CKA_TOKEN, true)
        .Flag(CKA.CKA_PRIVATE, false)
        .Named(label, id)
        .Bytes(CKA.CKA_SUBJECT, fields.Subject)
        .Bytes(CKA.CKA_ISSUER, fields.Issuer)
        .Bytes(CKA.CKA_SERIAL_NUMBER, fields.SerialNumber)
        .Bytes(CKA.CKA_VALUE, value);
}

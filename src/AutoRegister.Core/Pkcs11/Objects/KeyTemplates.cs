using System.Formats.Asn1;
using System.Security.Cryptography;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using AutoRegister.Core.X509;
using Net.Pkcs11Interop.Common;
using X509PublicKey = System.Security.Cryptography.X509Certificates.PublicKey;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>
/// The attributes of everything we put into a token, in one place. <c>CKA_EXTRACTABLE</c> and <c>CKA_PRIVATE</c> are always
/// said out loud: their defaults are the module's own (PKCS#11 2.40, sections 4.4 and 4.9), and some default to the unsafe side.
/// </summary>
internal static class KeyTemplates
{
    // 65537, as every RSA key of today has it (FIPS 186-5, A.1.1, asks for at least that).
    private static readonly byte[] RsaExponent = [0x01, 0x00, 0x01];

    /// <summary>The public half, which says what kind of key it is.</summary>
    public static Template PublicKey(Template template, KeyRequest request)
    {
        template
            .Flag(CKA.CKA_TOKEN, !request.IsForSession)
            .Flag(CKA.CKA_PRIVATE, false)
            .Named(request.Label, request.Id)
            .Flag(CKA.CKA_VERIFY, true);
        return request.Algorithm.IsRsa()
            ? template.Number(CKA.CKA_MODULUS_BITS, (ulong)request.Algorithm.RsaBits()).Bytes(CKA.CKA_PUBLIC_EXPONENT, RsaExponent)
            : template.Bytes(CKA.CKA_EC_PARAMS, request.Algorithm.CurveParameters());
    }

    /// <summary>
    /// The private half. <c>CKA_DERIVE</c> is for fioconfig, which decrypts the device's configuration with ECDH on this key.
    /// </summary>
    public static Template PrivateKey(Template template, KeyRequest request, bool derive)
    {
        template
            .Flag(CKA.CKA_TOKEN, !request.IsForSession)
            .Flag(CKA.CKA_PRIVATE, true)
            .Flag(CKA.CKA_SENSITIVE, true)
            .Flag(CKA.CKA_EXTRACTABLE, false)
            .Named(request.Label, request.Id)
            .Flag(CKA.CKA_SIGN, true);
        return derive ? template.Flag(CKA.CKA_DERIVE, true) : template;
    }

    /// <summary>The public half of a pair that is there, as an object of its own (PKCS#11 2.40 mechanisms, sections 2.1.2 and 2.3.3).</summary>
    public static Template PublicKeyObject(Template template, string label, ObjectId id, ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var key = X509PublicKey.CreateFromSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        template
            .Class(TokenObjectKind.PublicKey)
            .Flag(CKA.CKA_TOKEN, true)
            .Flag(CKA.CKA_PRIVATE, false)
            .Named(label, id)
            .Flag(CKA.CKA_VERIFY, true);
        using RSA? rsa = key.GetRSAPublicKey();
        if (rsa is not null)
        {
            RSAParameters numbers = rsa.ExportParameters(includePrivateParameters: false);
            return template.Number(CKA.CKA_KEY_TYPE, (ulong)CKK.CKK_RSA).Bytes(CKA.CKA_MODULUS, numbers.Modulus!).Bytes(CKA.CKA_PUBLIC_EXPONENT, numbers.Exponent!);
        }

        var point = new AsnWriter(AsnEncodingRules.DER);
        point.WriteOctetString(key.EncodedKeyValue.RawData);
        return template.Number(CKA.CKA_KEY_TYPE, (ulong)CKK.CKK_EC).Bytes(CKA.CKA_EC_PARAMS, key.EncodedParameters!.RawData).Bytes(CKA.CKA_EC_POINT, point.Encode());
    }

    /// <summary>An X.509 certificate (PKCS#11 2.40, section 4.6.3).</summary>
    public static Template Certificate(Template template, string label, ObjectId id, CertificateFields fields, byte[] value) => template
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

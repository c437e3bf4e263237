using AutoRegister.Core.Keys;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;

namespace AutoRegister.Core.X509;

/// <summary>
/// Builds the CSR (PKCS#10, RFC 2986) that <c>lmp-device-register</c> sends: subject CN, OU and, for production devices,
/// businessCategory, in that order; requested extensions keyUsage = digitalSignature and extendedKeyUsage = clientAuth, both
/// critical.
/// </summary>
public static class CertificateRequestBuilder
{
    /// <summary>Builds and signs a CSR.</summary>
    /// <param name="subject">Who the device is.</param>
    /// <param name="key">The device key; it signs once.</param>
    /// <returns>The CSR as PEM, lines ended by LF.</returns>
    public static string Build(DeviceSubject subject, IDeviceKey key)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(key);

        var info = new CertificationRequestInfo(
            SubjectName(subject),
            SubjectPublicKeyInfo.GetInstance(Asn1Object.FromByteArray(key.SubjectPublicKeyInfo.ToArray())),
            new DerSet(new AttributePkcs(PkcsObjectIdentifiers.Pkcs9AtExtensionRequest, new DerSet(RequestedExtensions()))));

        byte[] signature = key.Sign(info.GetEncoded(Asn1Encodable.Der));
        var request = new CertificationRequest(
            info,
            Algorithm(key.SignatureAlgorithmOid),
            new DerBitString(signature));
        return Pem.Encode("CERTIFICATE REQUEST", request.GetEncoded(Asn1Encodable.Der));
    }

    /// <summary>Reads the public key of a CSR that this made.</summary>
    /// <returns>DER <c>SubjectPublicKeyInfo</c>.</returns>
    internal static byte[] PublicKeyOf(string pem) => CertificationRequest
        .GetInstance(Asn1Object.FromByteArray(Pem.DecodeAll("CERTIFICATE REQUEST", pem)[0]))
        .GetCertificationRequestInfo().SubjectPublicKeyInfo.GetEncoded(Asn1Encodable.Der);

    private static AlgorithmIdentifier Algorithm(string oid) =>
        // RFC 4055, section 5: RSA signature algorithms carry a NULL; RFC 5758, section 3.2: ECDSA ones carry nothing.
        oid.StartsWith("1.2.840.113549.1.1.", StringComparison.Ordinal)
            ? new AlgorithmIdentifier(new DerObjectIdentifier(oid), DerNull.Instance)
            : new AlgorithmIdentifier(new DerObjectIdentifier(oid));

    internal static X509Name SubjectName(DeviceSubject subject)
    {
        List<DerObjectIdentifier> types = [X509Name.CN, X509Name.OU];
        List<string> values = [subject.Uuid, subject.Factory];
        if (subject.Production)
        {
            types.Add(X509Name.BusinessCategory);
            values.Add("production");
        }

        return new X509Name(types, values);
    }

    private static X509Extensions RequestedExtensions()
    {
        var extensions = new X509ExtensionsGenerator();
        extensions.AddExtension(X509Extensions.KeyUsage, critical: true, new KeyUsage(KeyUsage.DigitalSignature));
        extensions.AddExtension(X509Extensions.ExtendedKeyUsage, critical: true, new ExtendedKeyUsage(KeyPurposeID.id_kp_clientAuth));
        return extensions.Generate();
    }
}

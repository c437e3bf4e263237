using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// Signs device certificates. Not safe for use by several threads: the ledger's writer is the only caller, and it
/// signs a certificate only when it is about to store it.
/// </summary>
internal sealed class DeviceCertificateIssuer(FactoryPki pki, TimeProvider clock)
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7300);
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly X509SignatureGenerator generator = X509SignatureGenerator.CreateForECDsa(pki.DeviceCaKey);
    private readonly X509Extension issuer = X509AuthorityKeyIdentifierExtension.CreateFromCertificate(pki.DeviceCa, true, false);

    /// <summary>
    /// The serial number of a device's one certificate, in hex: the UUID's own digits. A UUID never gets a second
    /// certificate, so no serial number is given twice.
    /// </summary>
    public static string SerialOf(string uuid) => uuid.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Makes the certificate for a checked CSR, as PEM.</summary>
    public string Issue(SigningRequest request)
    {
        var certificate = new CertificateRequest(SubjectOf(request), request.PublicKey, HashAlgorithmName.SHA256);
        certificate.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        certificate.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ClientAuthentication], true));
        certificate.CertificateExtensions.Add(issuer);
        certificate.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));

        var now = clock.GetUtcNow();
        // A certificate that outlives its CA would only seem to be valid.
        var end = new DateTimeOffset(pki.DeviceCa.NotAfter);
        var serial = Convert.FromHexString(SerialOf(request.Uuid));
        using var signed = certificate.Create(
            pki.DeviceCa.SubjectName, generator, now - ClockSkew, end - now < Lifetime ? end : now + Lifetime, serial);
        return signed.ExportCertificatePem() + "\n";
    }

    private static X500DistinguishedName SubjectOf(SigningRequest request)
    {
        List<(string, string)> subject =
        [
            (DistinguishedName.CommonName, request.Uuid),
            (DistinguishedName.OrganizationalUnit, request.Factory),
        ];
        if (request.Production)
        {
            subject.Add((DistinguishedName.BusinessCategory, "production"));
        }

        return DistinguishedName.Encode(subject);
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Certificates for a public key, from an authority nobody knows.</summary>
internal static class TestCertificate
{
    public static byte[] For(ReadOnlySpan<byte> subjectPublicKeyInfo, string commonName, byte serial = 0x90)
    {
        using var authority = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var subject = ECDsa.Create();
        subject.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        var request = new CertificateRequest($"CN={commonName}, OU=factory", subject, HashAlgorithmName.SHA256);
        DateTimeOffset start = DateTimeOffset.UtcNow.AddDays(-1);
        using X509Certificate2 certificate = request.Create(
            new X500DistinguishedName("CN=Device CA"), X509SignatureGenerator.CreateForECDsa(authority), start, start.AddYears(1), [serial, 0x01]);
        return certificate.RawData;
    }

    public static byte[] ForNewKey(string commonName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return For(key.ExportSubjectPublicKeyInfo(), commonName);
    }
}

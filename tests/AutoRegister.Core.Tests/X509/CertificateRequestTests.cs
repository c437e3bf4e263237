using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Keys;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.X509;

/// <summary>The CSR as another library reads it: what lmp-device-register sends, no more and no less.</summary>
public sealed class CertificateRequestTests : IDisposable
{
    private const string Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("csr-");

    [Theory]
    [InlineData(false, KeyAlgorithm.EcP256)]
    [InlineData(true, KeyAlgorithm.EcP256)]
    [InlineData(false, KeyAlgorithm.EcP521)]
    [InlineData(false, KeyAlgorithm.Rsa2048)]
    public void SubjectAndExtensions(bool production, KeyAlgorithm algorithm)
    {
        using var key = FileDeviceKey.Create(Path.Join(directory.FullName, "key.pem"), algorithm);
        string pem = CertificateRequestBuilder.Build(new DeviceSubject(Uuid, "acme", production), key);

        // Reading it verifies its signature.
        var request = System.Security.Cryptography.X509Certificates.CertificateRequest.LoadSigningRequestPem(
            pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1);

        Assert.Equal(
            production ? ["2.5.4.3=" + Uuid, "2.5.4.11=acme", "2.5.4.15=production"] : (string[])["2.5.4.3=" + Uuid, "2.5.4.11=acme"],
            request.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false).Select(part => $"{part.GetSingleElementType().Value}={part.GetSingleElementValue()}"));
        Assert.Equal(key.SubjectPublicKeyInfo.ToArray(), request.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal(2, request.CertificateExtensions.Count);
        X509KeyUsageExtension usage = Assert.Single(request.CertificateExtensions.OfType<X509KeyUsageExtension>());
        Assert.Equal((X509KeyUsageFlags.DigitalSignature, true), (usage.KeyUsages, usage.Critical));
        X509EnhancedKeyUsageExtension extended = Assert.Single(request.CertificateExtensions.OfType<X509EnhancedKeyUsageExtension>());
        Assert.Equal(["1.3.6.1.5.5.7.3.2"], extended.EnhancedKeyUsages.Cast<Oid>().Select(oid => oid.Value));
        Assert.True(extended.Critical);
    }

    /// <summary>RFC 4055, section 5, wants a NULL behind an RSA signature's OID, RFC 5758, section 3.2, nothing behind an ECDSA one's.</summary>
    [Theory]
    [InlineData(KeyAlgorithm.EcP256, "300a06082a8648ce3d040302")]
    [InlineData(KeyAlgorithm.Rsa2048, "300d06092a864886f70d01010b0500")]
    public void SignatureAlgorithm(KeyAlgorithm algorithm, string identifier)
    {
        using var key = FileDeviceKey.Create(Path.Join(directory.FullName, "key.pem"), algorithm);
        string pem = CertificateRequestBuilder.Build(new DeviceSubject(Uuid, "acme", false), key);
        Assert.Contains(identifier, Convert.ToHexStringLower(Pem.DecodeAll("CERTIFICATE REQUEST", pem)[0]), StringComparison.Ordinal);
    }

    public void Dispose() => directory.Delete(recursive: true);
}

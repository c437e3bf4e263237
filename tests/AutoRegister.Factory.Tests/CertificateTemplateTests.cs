using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>What is signed is exactly what was decided, and .NET and openssl read it as it was meant.</summary>
[Collection(FioctlFolder.Collection)]
public sealed class CertificateTemplateTests : IDisposable
{
    private static readonly SigningRequestReader Reader = new(DeviceKeyType.ParseList("p256", "the test", ExitCode.Usage));

    private readonly FioctlFolder folder = new();
    private readonly TestDevice device = new();
    private readonly FactoryPki pki;
    private readonly CertificateIssuer issuer;

    public CertificateTemplateTests()
    {
        pki = folder.Open();
        issuer = new CertificateIssuer(pki.DeviceCa, pki.DeviceCaKey);
    }

    [Fact]
    public async Task A_registration_s_certificate_has_the_subject_the_usages_and_the_names_of_both_keys()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        ToBeSigned toBeSigned = issuer.Template.Fill(Reader.Read(device.Csr(("2.5.4.15", "production"))), TimeSpan.FromDays(30), now);
        DeviceCertificate made = await issuer.SignAsync(toBeSigned.Der);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(made.Der.Span);
        Assert.Equal(DistinguishedName.OfDevice(device.Uuid, "acme", production: true), certificate.SubjectName.RawData);
        Assert.Equal(pki.DeviceCa.Certificate.SubjectName.RawData, certificate.IssuerName.RawData);
        Assert.Equal((now.AddHours(-1).UtcDateTime, now.AddDays(30).UtcDateTime), (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime()));
        Assert.Equal(device.Key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal(toBeSigned.Serial, certificate.SerialNumber.TrimStart('0').PadLeft(32, '0'));
        Assert.Equal(["2.5.29.15", "2.5.29.37", "2.5.29.35", "2.5.29.14"], certificate.Extensions.Select(extension => extension.Oid!.Value!));
        Assert.Equal([0x03, 0x02, 0x07, 0x80], certificate.Extensions[0].RawData);
        Assert.Equal(["1.3.6.1.5.5.7.3.2"], Assert.IsType<X509EnhancedKeyUsageExtension>(certificate.Extensions[1]).EnhancedKeyUsages.Cast<Oid>().Select(oid => oid.Value!));
        Assert.Equal([true, true, false, false], certificate.Extensions.Select(extension => extension.Critical));
        Assert.Equal(pki.DeviceCa.KeyIdentifier.ToArray(), Assert.IsType<X509AuthorityKeyIdentifierExtension>(certificate.Extensions[2]).KeyIdentifier!.Value.ToArray());
        Assert.Equal(
            new X509SubjectKeyIdentifierExtension(certificate.PublicKey, false).SubjectKeyIdentifier,
            Assert.IsType<X509SubjectKeyIdentifierExtension>(certificate.Extensions[3]).SubjectKeyIdentifier);
    }

    [Fact]
    public async Task A_renewal_repeats_the_subject_byte_for_byte()
    {
        // OpenSSL's old string mask: a PrintableString where we write UTF8String.
        FioctlFolder.MakeKey(folder["device.key"]);
        Tool.Run("openssl", "req", "-new", "-key", folder["device.key"], "-subj", $"/CN={device.Uuid}/OU=acme", "-outform", "DER", "-out", folder["device.csr"],
            "-config", WriteConfig("string_mask = pkix"));
        SigningRequest request = Reader.Read(File.ReadAllBytes(folder["device.csr"]));
        Assert.NotEqual(DistinguishedName.OfDevice(device.Uuid, "acme", production: false), request.Subject.ToArray());
        DeviceCertificate made = await issuer.SignAsync(issuer.Template.FillRenewal(request, TimeSpan.FromDays(365), DateTimeOffset.UtcNow).Der);
        Assert.Equal(request.Subject.ToArray(), made.Facts.Subject.ToArray());
    }

    [Theory]
    [InlineData(20 * 365, true)]
    [InlineData(365, false)]
    public void It_never_outlives_its_CA(int days, bool untilTheEndOfTheCa)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        ToBeSigned toBeSigned = issuer.Template.Fill(Reader.Read(device.Csr()), TimeSpan.FromDays(days), now);
        Assert.Equal(untilTheEndOfTheCa, toBeSigned.NotAfter == pki.DeviceCa.Facts.NotAfter);
        Assert.True(toBeSigned.NotAfter <= pki.DeviceCa.Facts.NotAfter);
        Assert.Throws<InvalidOperationException>(() => issuer.Template.Fill(Reader.Read(device.Csr()), TimeSpan.FromDays(days), now.AddYears(11)));
    }

    [Fact]
    public void Years_from_2050_on_are_written_as_RFC_5280_wants_them()
    {
        using X509Certificate2 root = X509CertificateLoader.LoadCertificate(Self(DateTimeOffset.UtcNow.AddYears(60)));
        using var ca = new DeviceCa(CertificateFacts.Read(root.RawData));
        ToBeSigned toBeSigned = new CertificateTemplate(ca).Fill(Reader.Read(device.Csr()), TimeSpan.FromDays(40 * 365), DateTimeOffset.UtcNow);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(Signed(toBeSigned));
        Assert.Equal(toBeSigned.NotAfter.UtcDateTime, certificate.NotAfter.ToUniversalTime());
        Assert.Equal(toBeSigned.NotAfter, CertificateFacts.Read(certificate.RawData).NotAfter);
    }

    [Fact]
    public void Serial_numbers_are_128_bits_and_never_the_same()
    {
        var serials = Enumerable.Range(0, 50).Select(_ => issuer.Template.Fill(Reader.Read(device.Csr()), TimeSpan.FromDays(1), DateTimeOffset.UtcNow)).ToList();
        Assert.Equal(50, serials.Select(one => one.Serial).Distinct().Count());
        Assert.All(serials, one => Assert.Equal(32, one.Serial.Length));
        Assert.All(Enumerable.Range(0, 2000).Select(_ => CertificateTemplate.NewSerial()), serial => Assert.NotEqual(0, serial[0]));
    }

    [Fact]
    public async Task What_comes_back_from_the_key_is_compared()
    {
        ToBeSigned toBeSigned = issuer.Template.Fill(Reader.Read(device.Csr()), TimeSpan.FromDays(1), DateTimeOffset.UtcNow);
        byte[] good = await pki.DeviceCaKey.SignAsync(toBeSigned.Der);
        Assert.Equal(toBeSigned.Der.ToArray(), DeviceCertificate.Assemble(pki.DeviceCa, toBeSigned.Der, good).Facts.ToBeSigned.ToArray());

        ToBeSigned other = issuer.Template.Fill(Reader.Read(device.Csr()), TimeSpan.FromDays(1), DateTimeOffset.UtcNow);
        Assert.Throws<CryptographicException>(() => DeviceCertificate.Assemble(pki.DeviceCa, other.Der, good));
        Assert.Throws<CryptographicException>(() => DeviceCertificate.Assemble(pki.TrustedCas[1], toBeSigned.Der, good));
        Assert.Throws<CryptographicException>(() => DeviceCertificate.Assemble(pki.DeviceCa, toBeSigned.Der, device.Key.SignData(toBeSigned.Der.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));
        Assert.Throws<CryptographicException>(() => DeviceCertificate.Assemble(pki.DeviceCa, toBeSigned.Der[..^1], good));
    }

    [Fact]
    public async Task Many_are_signed_at_once()
    {
        SigningRequest request = Reader.Read(device.Csr());
        DeviceCertificate[] all = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(async () =>
            await issuer.SignAsync(issuer.Template.Fill(request, TimeSpan.FromDays(1), DateTimeOffset.UtcNow).Der))));
        Assert.All(all, one => Assert.Same(pki.DeviceCa, pki.FindIssuer(one.Facts)));
        Assert.Equal(200, all.Select(one => one.Facts.Serial).Distinct().Count());
    }

    public void Dispose()
    {
        pki.Dispose();
        device.Dispose();
        folder.Dispose();
    }

    private string WriteConfig(string line)
    {
        File.WriteAllText(folder["req.cnf"], $"[req]\ndistinguished_name = dn\n{line}\n[dn]\n");
        return folder["req.cnf"];
    }

    private byte[] Self(DateTimeOffset end)
    {
        var request = new CertificateRequest("CN=CA,OU=acme", device.Key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), end);
        return made.RawData;
    }

    private byte[] Signed(ToBeSigned toBeSigned)
    {
        using var ca = new DeviceCa(CertificateFacts.Read(Self(DateTimeOffset.UtcNow.AddYears(60))));
        byte[] signature = device.Key.SignData(toBeSigned.Der.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return DeviceCertificate.Assemble(ca, toBeSigned.Der, signature).Der.ToArray();
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.X509;

/// <summary>What a server may send for a certificate, and what of it is believed.</summary>
public sealed class IssuedCertificateTests : IDisposable
{
    private const string Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly DeviceSubject Subject = new(Uuid, "acme", Production: false);

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Authority root = new("CN=root", issuer: null);
    private readonly Authority ca;

    public IssuedCertificateTests() => ca = new Authority("CN=device CA,OU=acme", root);

    [Fact]
    public void TheCertificateThatWasAskedForIsTaken() => Assert.Equal(Uuid, Check(Issue()).CommonName);

    [Theory]
    [InlineData($"CN={Uuid},OU=evil", "is of the factory 'evil'")]
    [InlineData($"CN={Uuid}", "is of the factory ''")]
    [InlineData("CN=00000000-0000-4000-8000-000000000000,OU=acme", "is for the device '00000000")]
    [InlineData("OU=acme", "is for the device ''")]
    public void AnotherSubjectIsRefused(string subject, string words) => Refuses(Issue(subject), words);

    [Fact]
    public void AnotherKeyIsRefused()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Refuses(Issue(publicKey: stranger), "is for another key");
    }

    [Theory]
    [InlineData(-30, -2, "expired at")]
    [InlineData(2, 30, "is not valid before")]
    public void AnotherTimeIsTheClocks(int from, int to, string words)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Check(Issue(from: from, to: to)).CheckTime(Now));
        Assert.Equal(ErrorId.ClockWrong, error.Id);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains($"the clock of this device says {Now:u}", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorId.ClockNotSet, Assert.Throws<AutoRegisterException>(() => Check(Issue()).CheckTime(DateTimeOffset.UnixEpoch)).Id);
    }

    [Theory]
    [InlineData(-30, -0.5)]
    [InlineData(0.5, 30)]
    public void ADayOfClockSkewIsAllowedFor(double from, double to) => Check(Issue(from: from, to: to)).CheckTime(Now);

    [Fact]
    public void AnotherUsageIsRefused() => Refuses(Issue(usage: "1.3.6.1.5.5.7.3.1"), "does not allow client authentication");

    [Fact]
    public void IssuersThatChainToTheRootAreTaken()
    {
        string leaf = Issue();
        Check(leaf).CheckChain(root.Pem, leaf + ca.Pem, Now);
        Check(leaf + ca.Pem).CheckChain(root.Pem, null, Now);
    }

    [Fact]
    public void IssuersThatDoNotChainToTheRootAreRefused()
    {
        string leaf = Issue();
        using var other = new Authority("CN=root", issuer: null);
        Refuses(() => Check(leaf).CheckChain(other.Pem, leaf + ca.Pem, Now), "does not chain to root.crt");
        Refuses(() => Check(leaf + ca.Pem).CheckChain(other.Pem, null, Now), "does not chain to root.crt");
    }

    [Fact]
    public void AChainThatBeginsWithAnotherCertificateIsRefused() =>
        Refuses(() => Check(Issue()).CheckChain(root.Pem, Issue() + ca.Pem, Now), "is not the one that client.chained begins with");

    [Fact]
    public void ALeafAloneCannotBeCheckedAgainstTheRootAndNeedNotBe()
    {
        using var other = new Authority("CN=root", issuer: null);
        Check(Issue()).CheckChain(other.Pem, null, Now);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void ARootThatIsNoneIsRefused(string rootPem) =>
        Refuses(() => Check(Issue()).CheckChain(rootPem, null, Now), "root.crt");

    public void Dispose()
    {
        key.Dispose();
        ca.Dispose();
        root.Dispose();
    }

    private IssuedCertificate Check(string pem)
    {
        var certificate = IssuedCertificate.Parse(pem);
        certificate.CheckBelongsTo(Subject, PublicKeyHash.Of(key.ExportSubjectPublicKeyInfo()));
        return certificate;
    }

    private void Refuses(string pem, string words) => Refuses(() => Check(pem), words);

    private static void Refuses(Action action, string words)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(action);
        Assert.Equal(ErrorId.CertificateMismatch, error.Id);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    private string Issue(string subject = $"CN={Uuid},OU=acme", double from = -1, double to = 30, string usage = ClientAuthentication, ECDsa? publicKey = null)
    {
        var request = new CertificateRequest(subject, publicKey ?? key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        return ca.Sign(request, Now.AddDays(from), Now.AddDays(to));
    }

    private sealed class Authority : IDisposable
    {
        private readonly X509Certificate2 certificate;

        internal Authority(string name, Authority? issuer)
        {
            using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(name, own, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
            if (issuer is null)
            {
                certificate = request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
                return;
            }

            using X509Certificate2 signed = request.Create(issuer.certificate, Now.AddDays(-60), Now.AddDays(60), RandomNumberGenerator.GetBytes(8));
            certificate = signed.CopyWithPrivateKey(own);
        }

        internal string Pem => certificate.ExportCertificatePem() + "\n";

        internal string Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset to)
        {
            using X509Certificate2 signed = request.Create(certificate, from, to, RandomNumberGenerator.GetBytes(8));
            return signed.ExportCertificatePem() + "\n";
        }

        public void Dispose() => certificate.Dispose();
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Api;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

public sealed class SystemTrustTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("autoregister-trust-");

    private string Bundle => Path.Join(folder.FullName, "bundle.pem");

    [Fact]
    public void TheNamedBundleIsAllThatIsTrusted()
    {
        using X509Certificate2 one = Root("CN=one");
        using X509Certificate2 other = Root("CN=other");
        File.WriteAllText(Bundle, one.ExportCertificatePem() + "\n# a comment\n" + other.ExportCertificatePem());
        X509ChainPolicy policy = SystemTrust.ClientPolicy(Bundle, directory: null)!;
        Assert.Equal(X509ChainTrustMode.CustomRootTrust, policy.TrustMode);
        Assert.Equal(X509RevocationMode.NoCheck, policy.RevocationMode);
        Assert.Equal(["CN=one", "CN=other"], policy.CustomTrustStore.Select(anchor => anchor.Subject));

        using X509Certificate2 stranger = Root("CN=stranger");
        using var chain = new X509Chain { ChainPolicy = policy };
        Assert.False(chain.Build(stranger));
        Assert.True(chain.Build(other));
    }

    [Fact]
    public void ADirectoryAloneIsLeftToTheRuntime() => Assert.Null(SystemTrust.ClientPolicy(file: null, folder.FullName));

    [Fact]
    public void AnEmptyVariableIsNone()
    {
        using X509Certificate2 one = Root("CN=one");
        File.WriteAllText(Bundle, one.ExportCertificatePem());
        Assert.Single(SystemTrust.ClientPolicy(Bundle, string.Empty)!.CustomTrustStore);
        Assert.Equal(
            SystemTrust.ClientPolicy(file: null, directory: null)?.CustomTrustStore.Count,
            SystemTrust.ClientPolicy(string.Empty, directory: null)?.CustomTrustStore.Count);
    }

    [Fact]
    public void WithoutAVariableTheDistributionsBundleIsRead()
    {
        string[] known = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
        Assert.Equal(known.Any(File.Exists), SystemTrust.ClientPolicy(file: null, directory: null) is not null);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static X509Certificate2 Root(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }
}

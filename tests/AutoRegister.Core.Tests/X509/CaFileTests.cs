using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Api;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.X509;

/// <summary>Files with trust anchors: all of a file or an error, as curl's 77, which the same file is given to as well.</summary>
public sealed class CaFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("autoregister-ca-");
    private readonly X509Certificate2 root = Root("CN=one");

    private string Bundle => Path.Join(folder.FullName, "bundle.pem");

    public static TheoryData<string> Broken { get; } =
    [
        string.Empty,
        "no certificate here\n",
        "ROOT\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "ROOT\n-----BEGIN CERTIFICATE-----\nno base64!\n-----END CERTIFICATE-----\n",
        "ROOT\n-----BEGIN CERTIFICATE-----\nAAAA\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\nROOT\n",
        "ROOT\n-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n-----END TRUSTED CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nROOT\n",
    ];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task OneThatIsBrokenSpoilsTheFile(string content)
    {
        File.WriteAllText(Bundle, content.Replace("ROOT", root.ExportCertificatePem(), StringComparison.Ordinal));
        Assert.Equal(ErrorId.CaFileInvalid, Assert.Throws<AutoRegisterException>(() => SystemTrust.ClientPolicy(Bundle, directory: null)).Id);
        Assert.Equal(ErrorId.CaFileInvalid, Assert.Throws<AutoRegisterException>(() => SystemTrust.ClientPolicy(Bundle, folder.FullName)).Id);
        Assert.Equal(ErrorId.CaFileInvalid, Assert.Throws<AutoRegisterException>(() => TrustAnchor.Load(Bundle)).Id);
        Assert.Equal(ErrorId.CaFileInvalid, Assert.Throws<AutoRegisterException>(() => ProvisionedGateway.Load("https://gw.test", null, Bundle)).Id);
        Assert.Equal(77, await CurlAsync());
    }

    [Fact]
    public async Task OneThatIsNotThereIsAnError()
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => SystemTrust.ClientPolicy(Bundle, directory: null));
        Assert.Equal(ErrorId.FileUnreadable, error.Id);
        Assert.Contains("SSL_CERT_FILE", error.Message, StringComparison.Ordinal);
        Assert.Equal(77, await CurlAsync());
    }

    [Fact]
    public void ADirectoryOrADeviceInItsPlaceIsAnError()
    {
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => SystemTrust.ClientPolicy(folder.FullName, directory: null)).Id);
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => SystemTrust.ClientPolicy("/dev/null", directory: null)).Id);
    }

    [Fact]
    public void TheLineOfTheBrokenOneIsNamed()
    {
        File.WriteAllText(Bundle, "# words\n\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Assert.Contains("line 3", Assert.Throws<AutoRegisterException>(() => TrustAnchor.Load(Bundle)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("-setalias x", true)]
    [InlineData("-addtrust serverAuth", true)]
    [InlineData("-addtrust anyExtendedKeyUsage", true)]
    [InlineData("-addtrust emailProtection", false)]
    [InlineData("-addreject serverAuth", false)]
    [InlineData("-addreject anyExtendedKeyUsage", false)]
    [InlineData("-addreject emailProtection -setalias y", true)]
    public async Task TrustedCertificatesAreReadWithTheirSettings(string settings, bool trusted)
    {
        string plain = Path.Join(folder.FullName, "plain.pem");
        File.WriteAllText(plain, root.ExportCertificatePem());
        Assert.Equal(0, await RunAsync("openssl", ["x509", "-in", plain, "-trustout", "-out", Bundle, .. settings.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));
        Assert.StartsWith("-----BEGIN TRUSTED CERTIFICATE-----", File.ReadAllText(Bundle), StringComparison.Ordinal);
        if (trusted)
        {
            Assert.Equal(root.RawData, Assert.Single(CaFile.Read(Bundle, "x")).RawData);
            Assert.Contains("-----BEGIN CERTIFICATE-----", ProvisionedGateway.Load("https://gw.test", null, Bundle).RootCertificate, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(ErrorId.CaFileInvalid, Assert.Throws<AutoRegisterException>(() => CaFile.Read(Bundle, "x")).Id);
        }

        // OpenSSL's own word on who may vouch for servers.
        Assert.Equal(trusted ? 0 : 2, await RunAsync("openssl", ["verify", "-purpose", "sslserver", "-CAfile", Bundle, "-no-CApath", "-no-CAstore", plain]));
    }

    [Fact]
    public void WordsAndKeysBetweenCertificatesArePassedOver()
    {
        using X509Certificate2 other = Root("CN=other");
        string text = $"\ufeff# bundle\r\n{root.ExportCertificatePem().ReplaceLineEndings("\r\n")}\r\n== other -----BEGIN CERTIFICATE----- ==\r\n";
        File.WriteAllText(Bundle, text + other.ExportCertificatePem().Replace(" CERTIFICATE", " X509 CERTIFICATE", StringComparison.Ordinal));
        Assert.Equal(["CN=one", "CN=other"], CaFile.Read(Bundle, "x").Select(one => one.Subject));
    }

    [Fact]
    public void TheDirectoryCountsBesidesTheFile()
    {
        File.WriteAllText(Bundle, root.ExportCertificatePem());
        Assert.Contains(SystemTrust.ClientPolicy(Bundle, folder.FullName)!.CustomTrustStore, anchor => anchor.Subject == "CN=one");
    }

    public void Dispose()
    {
        root.Dispose();
        folder.Delete(recursive: true);
    }

    // Some versions read the file once they are connected: nobody needs to answer.
    private async Task<int> CurlAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return await RunAsync("curl", ["--silent", "--noproxy", "*", "--cacert", Bundle, $"https://{listener.LocalEndpoint}/"]);
    }

    private static async Task<int> RunAsync(string program, IEnumerable<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static X509Certificate2 Root(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }
}

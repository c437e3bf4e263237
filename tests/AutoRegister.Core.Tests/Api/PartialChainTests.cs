using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Api;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>
/// An intermediate certificate alone as what is trusted, named by <c>-CaCertificatePath</c> or <c>SSL_CERT_FILE</c>: what the real curl
/// says of the same file and the same server.
/// </summary>
public sealed class PartialChainTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("autoregister-partial-");
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Dictionary<string, X509Certificate2> all = [];

    public PartialChainTests()
    {
        all["root"] = Root("CN=root", key);
        using (var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            all["stranger"] = Root("CN=between", stranger);
        }

        all["between"] = Issue(Authority("CN=between", key), "CN=root", 2, 0);
        all["leaf"] = Server("CN=leaf", 0);
        all["expired"] = Server("CN=expired", -10);
    }

    private string Bundle => Path.Join(folder.FullName, "bundle.pem");

    [Theory]
    [InlineData("between", "leaf between", true)]
    [InlineData("between", "leaf", true)]
    [InlineData("between", "leaf between root", true)]
    [InlineData("leaf", "leaf", true)]
    [InlineData("leaf", "leaf between", true)]
    [InlineData("root", "leaf between", true)]
    [InlineData("root", "leaf", false)]
    [InlineData("stranger", "leaf between", false)]
    [InlineData("stranger", "leaf", false)]
    [InlineData("expired", "leaf between root", false)]
    [InlineData("between", "expired between", false)]
    public async Task AnIntermediateAloneIsTrustedAsCurlTrustsIt(string trusted, string sent, bool expected)
    {
        File.WriteAllText(Bundle, all[trusted].ExportCertificatePem());
        Assert.Equal(expected, await ServeAsync(sent, CurlAsync));
        Assert.Equal(expected, await ServeAsync(sent, port => TrustsAsync(port, new ServerTrust(TrustAnchor.Load(Bundle)), new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust })));
        Assert.Equal(expected, await ServeAsync(sent, port => TrustsAsync(port, new ServerTrust(), SystemTrust.ClientPolicy(Bundle, directory: null)!)));
    }

    [Fact]
    public async Task AServerCertificateThatHasExpiredIsSaidWithTheClockWhateverElseIsWrong()
    {
        File.WriteAllText(Bundle, all["root"].ExportCertificatePem());
        foreach ((string sent, ErrorId id) in new[] { ("expired between", ErrorId.ClockWrong), ("expired", ErrorId.ServerNotTrusted) })
        {
            var trust = new ServerTrust(TrustAnchor.Load(Bundle));
            await ServeAsync(sent, port => TrustsAsync(port, trust, new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust }));
            var failure = new HttpRequestException(HttpRequestError.SecureConnectionError, "x", new AuthenticationException("x"));
            AutoRegisterException error = ConnectionErrors.FromFailure(new Uri("https://localhost/"), failure, trust, new ClockWatch(TimeProvider.System));
            Assert.Equal(id, error.Id);
            Assert.Contains(all["expired"].NotAfter.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
            Assert.Contains("the clock of this device says", error.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        foreach (X509Certificate2 certificate in all.Values)
        {
            certificate.Dispose();
        }

        key.Dispose();
        folder.Delete(recursive: true);
    }

    /// <summary>Lets a client meet a server that shows these certificates.</summary>
    private async Task<bool> ServeAsync(string sent, Func<int, Task<bool>> client)
    {
        string[] names = sent.Split(' ');
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = AnswerAsync(listener, SslStreamCertificateContext.Create(all[names[0]], [.. names[1..].Select(name => all[name])], offline: true));
        bool result = await client(((IPEndPoint)listener.LocalEndpoint).Port);
        await serving;
        return result;
    }

    private static async Task AnswerAsync(TcpListener listener, SslStreamCertificateContext context)
    {
        using TcpClient connection = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(connection.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context });
            await tls.ReadExactlyAsync(new byte[1]);
            await tls.WriteAsync("HTTP/1.1 204 x\r\nConnection: close\r\n\r\n"u8.ToArray());
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // The client does not trust it.
        }
    }

    private static async Task<bool> TrustsAsync(int port, ServerTrust trust, X509ChainPolicy policy)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(client.GetStream());
        var options = new SslClientAuthenticationOptions { TargetHost = "localhost" };
        trust.Apply(options);
        options.CertificateChainPolicy = policy;
        try
        {
            await tls.AuthenticateAsClientAsync(options);
            await tls.WriteAsync(new byte[1]);
            return true;
        }
        catch (AuthenticationException)
        {
            return false;
        }
    }

    private async Task<bool> CurlAsync(int port)
    {
        string[] arguments = ["--silent", "--noproxy", "*", "--cacert", Bundle, "--resolve", $"localhost:{port}:127.0.0.1", $"https://localhost:{port}/"];
        using Process curl = Process.Start(new ProcessStartInfo("curl", arguments) { RedirectStandardOutput = true })!;
        await curl.WaitForExitAsync();
        Assert.True(curl.ExitCode is 0 or 35 or 60, $"curl ended with {curl.ExitCode}");
        return curl.ExitCode == 0;
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }

    private static X509Certificate2 Root(string name, ECDsa key) =>
        Authority(name, key).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));

    private X509Certificate2 Server(string name, int days)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 bare = Issue(request, "CN=between", (byte)(3 - days), days);
        return bare.CopyWithPrivateKey(key);
    }

    private X509Certificate2 Issue(CertificateRequest request, string issuer, byte serial, int days) => request.Create(
        new X500DistinguishedName(issuer), X509SignatureGenerator.CreateForECDsa(key), DateTimeOffset.UtcNow.AddDays(days - 1), DateTimeOffset.UtcNow.AddDays(days + 1), [serial]);
}

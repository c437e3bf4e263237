using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AutoRegister.Core.Tests.Gateway;

/// <summary>A TLS server in the place of the gateway, for one device: it answers what a test wants, which the real one does not.</summary>
internal sealed class StandInGateway : IDisposable
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 root;
    private readonly X509Certificate2 middle;
    private readonly Task serving;

    internal StandInGateway(string answer, bool asks = true, bool says = true, string purpose = ServerAuth)
    {
        root = Authority("root", rootKey).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(9));
        using X509Certificate2 issued = Authority("middle", middleKey).Create(root, DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(8), [2]);
        middle = issued.CopyWithPrivateKey(middleKey);
        X509Certificate2 own = Own(purpose);
        listener.Start();
        serving = ServeAsync(own, Encoding.UTF8.GetBytes(answer), asks, says);
    }

    internal string RootPem => root.ExportCertificatePem() + "\n";

    internal int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What the device asked; complete once it has its answer.</summary>
    internal string Request { get; private set; } = string.Empty;

    /// <summary>The name the device asked for in the handshake.</summary>
    internal string? AskedFor { get; private set; }

    /// <summary>The certificates that the device showed, its own first, DER.</summary>
    internal IReadOnlyList<byte[]> Shown { get; private set; } = [];

    public void Dispose()
    {
        listener.Stop();
        ((IAsyncResult)serving).AsyncWaitHandle.WaitOne();
        Array.ForEach<IDisposable>([root, middle, rootKey, middleKey, key, listener], one => one.Dispose());
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request;
    }

    private X509Certificate2 Own(string purpose)
    {
        var request = new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        using X509Certificate2 issued = request.Create(middle, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(7), [3]);
        using X509Certificate2 made = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private async Task ServeAsync(X509Certificate2 own, byte[] answer, bool asks, bool says)
    {
        try
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(
                (_, hello, _, _) =>
                {
                    AskedFor = hello.ServerName;
                    return ValueTask.FromResult(new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = SslStreamCertificateContext.Create(own, [middle], offline: true),
                        ClientCertificateRequired = asks,
                        RemoteCertificateValidationCallback = (_, shown, chain, _) =>
                        {
                            Shown = shown is null ? [] : [shown.GetRawCertData(), .. chain!.ChainPolicy.ExtraStore.Select(one => one.RawData)];
                            return shown is not null || !asks;
                        },
                    });
                },
                null);
            byte[] part = new byte[1024];
            for (int read = 1; read > 0 && !Request.EndsWith("\r\n\r\n", StringComparison.Ordinal);)
            {
                read = await tls.ReadAsync(part);
                Request += Encoding.ASCII.GetString(part, 0, read);
            }

            await tls.WriteAsync(answer);
            if (says)
            {
                await tls.ShutdownAsync();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The device went away, which some tests are about.
        }
        finally
        {
            own.Dispose();
        }
    }
}

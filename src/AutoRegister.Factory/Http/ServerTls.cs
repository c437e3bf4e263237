using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Pki;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AutoRegister.Factory.Http;

/// <summary>TLS for clients that need show no certificate.</summary>
internal static class ServerTls
{
    /// <summary>Kestrel's TLS options for the API.</summary>
    /// <param name="asksForCertificate">Whether a station may show one. Any is taken in the handshake: what it is worth, the ledger says.</param>
    public static TlsHandshakeCallbackOptions Options(FactoryPki pki, bool asksForCertificate = false)
    {
        var context = new ServerTlsContext(pki.Server);
        return new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = context.Current,
                ClientCertificateRequired = asksForCertificate,
                // Nothing is fetched from where a client's certificate says its issuer is.
                CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
#pragma warning disable CA5359 // It is the client's, and known by its key: StationCheck.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            }),
        };
    }
}

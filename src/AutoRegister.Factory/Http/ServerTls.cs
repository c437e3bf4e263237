using System.Net.Security;
using System.Security.Authentication;
using AutoRegister.Factory.Pki;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AutoRegister.Factory.Http;

/// <summary>TLS for clients that show no certificate.</summary>
internal static class ServerTls
{
    /// <summary>Kestrel's TLS options for the API.</summary>
    public static TlsHandshakeCallbackOptions Options(FactoryPki pki)
    {
        var context = new ServerTlsContext(pki.Server);
        return new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = context.Current,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            }),
        };
    }
}

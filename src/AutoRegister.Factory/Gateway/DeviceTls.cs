using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Pki;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AutoRegister.Factory.Gateway;

/// <summary>
/// TLS that ends in the handshake unless the client shows a certificate of the device CA: for client authentication,
/// valid now, and signed by that CA itself, not merely somewhere below the root.
/// </summary>
internal static class DeviceTls
{
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Kestrel's TLS options for the device gateway.</summary>
    public static TlsHandshakeCallbackOptions Options(FactoryPki pki)
    {
        // A client with several certificates picks the right one from the CA names it is sent.
        var hints = SslCertificateTrust.CreateForX509Collection([pki.DeviceCa], sendTrustInHandshake: true);
        var context = SslStreamCertificateContext.Create(pki.Server, null, offline: true, hints);
        return new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = context,
                ClientCertificateRequired = true,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                // A resumed session would skip the check of a certificate that has expired since.
                AllowTlsResume = false,
                CertificateChainPolicy = ChainPolicy(pki),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    certificate is not null && errors == SslPolicyErrors.None && IsSignedBy(pki.DeviceCa, chain),
            }),
        };
    }

    private static X509ChainPolicy ChainPolicy(FactoryPki pki) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { pki.Root },
        ExtraStore = { pki.DeviceCa },
        ApplicationPolicy = { ClientAuthentication },
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    private static bool IsSignedBy(X509Certificate2 deviceCa, X509Chain? chain) =>
        chain is { ChainElements.Count: > 1 }
        && chain.ChainElements[1].Certificate.RawDataMemory.Span.SequenceEqual(deviceCa.RawDataMemory.Span);
}

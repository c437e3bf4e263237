using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Pki;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AutoRegister.Factory.Gateway;

/// <summary>
/// TLS that ends in the handshake unless the client shows a certificate of a device CA that is trusted: for client
/// authentication, valid now, and signed by that CA itself, not merely somewhere below the root.
/// </summary>
internal static class DeviceTls
{
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Kestrel's TLS options for the device gateway.</summary>
    public static TlsHandshakeCallbackOptions Options(FactoryPki pki)
    {
        // A client with several certificates picks the right one from the CA names it is sent.
        var hints = SslCertificateTrust.CreateForX509Collection([.. pki.TrustedCas.Select(ca => ca.Certificate)], sendTrustInHandshake: true);
        var context = new ServerTlsContext(pki.Server, hints);
        return new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = context.Current,
                ClientCertificateRequired = true,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                // A resumed session would skip the check of a certificate that has expired since.
                AllowTlsResume = false,
                CertificateChainPolicy = ChainPolicy(pki),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    certificate is not null && errors == SslPolicyErrors.None && IsSignedBy(pki.TrustedCas, chain),
            }),
        };
    }

    private static X509ChainPolicy ChainPolicy(FactoryPki pki)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            ApplicationPolicy = { ClientAuthentication },
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(pki.Roots.Anchors);
        policy.ExtraStore.AddRange(pki.TrustedCas.Select(ca => ca.Certificate).ToArray());
        return policy;
    }

    private static bool IsSignedBy(IReadOnlyList<DeviceCa> trusted, X509Chain? chain) =>
        chain is { ChainElements.Count: > 1 }
        && trusted.Any(ca => chain.ChainElements[1].Certificate.RawDataMemory.Span.SequenceEqual(ca.Facts.Der.Span));
}

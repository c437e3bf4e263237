using System.Net.Security;
using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Http;

/// <summary>What TLS needs of the server's certificate, made anew when another one takes its place.</summary>
/// <param name="hints">The CA names that clients are sent; <see langword="null"/> where they are asked for no certificate.</param>
internal sealed class ServerTlsContext(ServerCertificate certificate, SslCertificateTrust? hints = null)
{
    private volatile Tuple<ServerCertificateChain, SslStreamCertificateContext> made = Make(certificate.Current, hints);

    /// <summary>The context for a new connection.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            ServerCertificateChain current = certificate.Current;
            Tuple<ServerCertificateChain, SslStreamCertificateContext> context = made;
            if (!ReferenceEquals(context.Item1, current))
            {
                made = context = Make(current, hints);
            }

            return context.Item2;
        }
    }

    private static Tuple<ServerCertificateChain, SslStreamCertificateContext> Make(ServerCertificateChain chain, SslCertificateTrust? hints) =>
        new(chain, SslStreamCertificateContext.Create(chain.Leaf, chain.Issuers, offline: true, hints));
}

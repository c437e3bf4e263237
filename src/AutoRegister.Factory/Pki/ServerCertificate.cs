using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Pki;

/// <summary>The TLS certificate of the server as it is now: a new one takes its place without a restart.</summary>
internal class ServerCertificate(X509Certificate2 certificate, X509Certificate2Collection? issuers = null) : IDisposable
{
    private volatile ServerCertificateChain current = new(certificate, issuers ?? []);

    /// <summary>The one that new connections get.</summary>
    public ServerCertificateChain Current
    {
        get => current;
        protected set => current = value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what watches, then the certificate.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            current.Leaf.Dispose();
        }
    }
}

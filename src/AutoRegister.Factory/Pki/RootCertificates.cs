using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Pki;

/// <summary>The factory's roots, one at least; several while one takes another's place.</summary>
internal sealed class RootCertificates : IDisposable
{
    /// <summary>Takes the roots, which were checked.</summary>
    public RootCertificates(IReadOnlyList<CertificateFacts> all)
    {
        All = all;
        Pem = string.Concat(all.Select(root => PemEncoding.WriteString("CERTIFICATE", root.Der.Span) + "\n"));
        foreach (CertificateFacts root in all)
        {
            Anchors.Add(X509CertificateLoader.LoadCertificate(root.Der.Span));
        }
    }

    /// <summary>What they say.</summary>
    public IReadOnlyList<CertificateFacts> All { get; }

    /// <summary>All of them as PEM: what devices get as <c>root.crt</c>.</summary>
    public string Pem { get; }

    /// <summary>All of them as TLS wants them.</summary>
    public X509Certificate2Collection Anchors { get; } = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (X509Certificate2 anchor in Anchors)
        {
            anchor.Dispose();
        }
    }
}

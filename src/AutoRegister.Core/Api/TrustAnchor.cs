using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Errors;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Api;

/// <summary>
/// A private CA that is trusted besides the system's. It only adds: a certificate the system trusts stays trusted, and the
/// name and the validity are always checked.
/// </summary>
public sealed class TrustAnchor
{
    // RFC 5280, section 4.2.1.12: a certificate of a device is none of a server, whoever issued both.
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private readonly X509Certificate2Collection anchors;

    private TrustAnchor(X509Certificate2Collection anchors) => this.anchors = anchors;

    /// <summary>Reads the certificates of a PEM file.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/> or <see cref="ErrorId.CaFileInvalid"/>.</exception>
    public static TrustAnchor Load(string path) => new(CaFile.Read(path, "-CaCertificatePath"));

    /// <summary>Trusts one certificate.</summary>
    internal static TrustAnchor Of(X509Certificate2 certificate) => new([certificate]);

    /// <summary>Judges a server's certificate again, with these anchors instead of the system's.</summary>
    /// <param name="chain">What the server sent with it.</param>
    /// <param name="errors">What is wrong with it for the system.</param>
    /// <param name="untimely">Gets the certificate whose time it is not; one with which nothing else is wrong is kept.</param>
    /// <returns>Whether it is trusted.</returns>
    internal bool Validate(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, ref CertificateTerm? untimely)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf)
        {
            return errors == SslPolicyErrors.None;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(anchors);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuth));
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        }

        if (own.Build(leaf) || PartialChain.EndsIn(own, anchors))
        {
            return true;
        }

        untimely = untimely is { Alone: true } ? untimely : CertificateTerm.Of(own) ?? untimely;
        return false;
    }
}

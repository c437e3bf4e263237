using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Certificates;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// A private CA that is trusted besides the system's. It only adds: a certificate the system trusts stays trusted, and the
/// name and the validity are always checked.
/// </summary>
public sealed class TrustAnchor
{
    private readonly X509Certificate2Collection anchors;

    private TrustAnchor(X509Certificate2Collection anchors) => this.anchors = anchors;

    /// <summary>Reads the certificates of a PEM file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The anchor.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/> or <see cref="ErrorId.SettingInvalid"/>.</exception>
    public static TrustAnchor Load(string path)
    {
        string pem;
        try
        {
            pem = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AutoRegisterException(ErrorId.FileUnreadable, $"The CA file '{path}' cannot be read: {e.Message}", "Give the path of a PEM file.", path, e);
        }

        var anchors = new X509Certificate2Collection();
        foreach (byte[] der in Pem.DecodeAll("CERTIFICATE", pem))
        {
            anchors.Add(X509CertificateLoader.LoadCertificate(der));
        }

        return anchors.Count > 0
            ? new TrustAnchor(anchors)
            : throw new AutoRegisterException(ErrorId.SettingInvalid, $"The CA file '{path}' holds no certificate.", "Give the path of a PEM file with at least one CERTIFICATE.", path);
    }

    /// <summary>Trusts one certificate.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <returns>The anchor.</returns>
    internal static TrustAnchor Of(X509Certificate2 certificate) => new([certificate]);

    internal bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
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
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        }

        return own.Build(leaf);
    }
}

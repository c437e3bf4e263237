using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Keys;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using CertificateRequest = Org.BouncyCastle.Tls.CertificateRequest;
using TlsCertificate = Org.BouncyCastle.Tls.Crypto.TlsCertificate;

namespace AutoRegister.Core.Gateway;

/// <summary>Who is who in the handshake: the gateway must be who it says under root.crt, and the device shows its certificate.</summary>
internal sealed class GatewayIdentity(
    TlsClientContext context, BcTlsCrypto crypto, string host, X509Certificate2Collection roots, IReadOnlyList<byte[]> chain, IDeviceKey key) : TlsAuthentication
{
    private const string ServerAuthOid = "1.3.6.1.5.5.7.3.1";

    /// <summary>Whether the gateway asked for the device's certificate. One that does not, knows nobody.</summary>
    internal bool Asked { get; private set; }

    /// <summary>What is wrong with the gateway's certificate; empty when nothing is.</summary>
    internal string ServerProblem { get; private set; } = string.Empty;

    public void NotifyServerCertificate(TlsServerCertificate serverCertificate)
    {
        X509Certificate2[] shown = [.. serverCertificate.Certificate.GetCertificateList().Select(one => X509CertificateLoader.LoadCertificate(one.GetEncoded()))];
        ServerProblem = Judge(shown);
        if (ServerProblem.Length > 0)
        {
            throw new TlsFatalAlert(AlertDescription.bad_certificate, ServerProblem);
        }
    }

    public TlsCredentials GetClientCredentials(CertificateRequest certificateRequest)
    {
        Asked = true;
        CertificateEntry[] entries = [.. chain.Select(der => new CertificateEntry((TlsCertificate)new BcTlsCertificate(crypto, der), null))];
        var own = new Certificate(certificateRequest.GetCertificateRequestContext(), entries);
        return new DefaultTlsCredentialedSigner(new Org.BouncyCastle.Tls.Crypto.TlsCryptoParameters(context), new GatewaySigner(key), own, GatewaySigner.AlgorithmOf(key));
    }

    private string Judge(X509Certificate2[] shown)
    {
        if (shown.Length == 0)
        {
            return "it shows no certificate";
        }

        if (!shown[0].MatchesHostname(host))
        {
            return $"its certificate is for another name ({Printable.Text(shown[0].Subject)})";
        }

        using var built = new X509Chain();
        built.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        built.ChainPolicy.CustomTrustStore.AddRange(roots);
        built.ChainPolicy.ExtraStore.AddRange(shown[1..]);
        built.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        built.ChainPolicy.DisableCertificateDownloads = true;
        built.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ServerAuthOid));
        return built.Build(shown[0]) ? string.Empty
            : CertificateTerm.Of(built) is { } term
                ? string.Create(CultureInfo.InvariantCulture, $"the certificate of '{term.Subject}' is valid from {term.NotBefore:u} to {term.NotAfter:u}, and {new ClockWatch(TimeProvider.System).Words}")
            : $"its certificate does not chain to root.crt ({string.Join("; ", built.ChainStatus.Select(status => status.StatusInformation.Trim()))})";
    }
}

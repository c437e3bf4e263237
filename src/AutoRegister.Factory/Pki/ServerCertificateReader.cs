using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>Reads the server's TLS certificate and its key, and checks what clients will check: chain, name, dates, use.</summary>
internal static class ServerCertificateReader
{
    private const string Remedy = "write a CSR with 'lmp-factory tls csr', and have the root's owner sign it: fioctl keys ca sign --pki-dir PKI tls.csr";
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>Reads the pair.</summary>
    /// <exception cref="ExitException">What is wrong, with the file's name.</exception>
    public static ServerCertificateChain Read(
        string certificatePath, string keyPath, string host, IReadOnlyList<CertificateFacts> roots, string rootsPath, DateTimeOffset now)
    {
        IReadOnlyList<CertificateFacts> all = PkiFile.ReadAll(certificatePath, Remedy);
        PkiFile.CheckDates(certificatePath, all[0], now);
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(all[0].Der.Span);
        X509Certificate2Collection issuers = [.. all.Skip(1).Select(issuer => X509CertificateLoader.LoadCertificate(issuer.Der.Span))];
        CheckChain(certificatePath, leaf, issuers, roots, rootsPath, now);
        if (!IsFor(leaf, host))
        {
            throw PkiFile.Wrong(certificatePath, $"is not for the host '{host}' (subjectAltName), by which this server is known: {Remedy}");
        }

        return new ServerCertificateChain(WithKey(leaf, certificatePath, keyPath), issuers);
    }

    private static void CheckChain(
        string path, X509Certificate2 leaf, X509Certificate2Collection issuers, IReadOnlyList<CertificateFacts> roots, string rootsPath, DateTimeOffset now)
    {
        using var anchors = new RootCertificates(roots);
        using var chain = new X509Chain();
        chain.ChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            ApplicationPolicy = { ServerAuthentication },
            VerificationTime = now.UtcDateTime,
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(anchors.Anchors);
        chain.ChainPolicy.ExtraStore.AddRange(issuers);
        if (!chain.Build(leaf))
        {
            string reasons = string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct());
            throw PkiFile.Wrong(path, $"is no TLS server certificate that clients with {rootsPath} accept ({reasons}): {Remedy}");
        }
    }

    private static X509Certificate2 WithKey(X509Certificate2 leaf, string certificatePath, string keyPath)
    {
        byte[] pem = SecretFile.Read(keyPath, "the key of the server's TLS certificate", Remedy);
        char[] text = Encoding.UTF8.GetChars(pem);
        CryptographicOperations.ZeroMemory(pem);
        try
        {
            return leaf.PublicKey.Oid.Value == SubjectPublicKey.Rsa ? WithKey(leaf, RSA.Create(), text) : WithKey(leaf, ECDsa.Create(), text);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw PkiFile.Wrong(keyPath, $"is not the key of {certificatePath}: a certificate must be signed for the CSR that was made with this key");
        }
        finally
        {
            Array.Clear(text);
        }
    }

    private static X509Certificate2 WithKey(X509Certificate2 leaf, AsymmetricAlgorithm key, char[] text)
    {
        using (key)
        {
            key.ImportFromPem(text);
            return key is RSA rsa ? leaf.CopyWithPrivateKey(rsa) : leaf.CopyWithPrivateKey((ECDsa)key);
        }
    }

    private static bool IsFor(X509Certificate2 leaf, string host)
    {
        try
        {
            return leaf.MatchesHostname(host, allowCommonName: false);
        }
        catch (CryptographicException)
        {
            // Names that cannot be read match nothing.
            return false;
        }
    }
}

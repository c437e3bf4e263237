using System.Formats.Asn1;
using System.Security.Cryptography;

namespace AutoRegister.Factory.Pki;

/// <summary>What the certificate of a root or of a device CA must be (RFC 5280, section 4.2.1). Each failure names the file.</summary>
internal static class AuthorityChecks
{
    /// <summary>Reads the roots: CAs that have signed themselves. Several while a factory changes its root.</summary>
    /// <param name="now">The time; one root at least must be valid.</param>
    public static IReadOnlyList<CertificateFacts> ReadRoots(string path, DateTimeOffset now)
    {
        IReadOnlyList<CertificateFacts> roots = PkiFile.ReadAll(path, "copy it from the folder of 'fioctl keys ca'");
        foreach (CertificateFacts root in roots)
        {
            RequireAuthority(path, root);
            if (!IsIssuedBy(root, root))
            {
                throw PkiFile.Wrong(path, "holds a certificate that is not self-signed: only the factory's roots belong there");
            }
        }

        if (!roots.Any(root => now >= root.NotBefore && now <= root.NotAfter))
        {
            PkiFile.CheckDates(path, roots[^1], now);
        }

        return roots;
    }

    /// <summary>Reads a device CA and checks that it is one of this factory.</summary>
    /// <param name="factory">The factory: the CA's OU.</param>
    /// <param name="rootsPath">Their file, for messages.</param>
    public static CertificateFacts ReadDeviceCa(string path, string factory, IReadOnlyList<CertificateFacts> roots, string rootsPath, DateTimeOffset now)
    {
        CertificateFacts ca = PkiFile.ReadOne(path, "copy it from the folder of 'fioctl keys ca'");
        RequireAuthority(path, ca);
        string? made = Read(path, ca, certificate => DistinguishedName.Find(certificate.Subject, DistinguishedName.OrganizationalUnit));
        if (made != factory)
        {
            throw PkiFile.Wrong(path, $"was made for the factory '{made}', not '{factory}': its OU is what devices and update servers take the factory from");
        }

        PkiFile.CheckDates(path, ca, now);
        RequireIssuer(path, ca, roots, rootsPath, now);
        return ca;
    }

    /// <summary>Requires that one of the roots, valid now, has signed a certificate.</summary>
    public static void RequireIssuer(string path, CertificateFacts certificate, IReadOnlyList<CertificateFacts> roots, string rootsPath, DateTimeOffset now)
    {
        CertificateFacts issuer = roots.FirstOrDefault(root => IsIssuedBy(certificate, root))
            ?? throw PkiFile.Wrong(path, $"is not signed by a root of {rootsPath}: the two are of different factories, or one was made anew");
        PkiFile.CheckDates(rootsPath, issuer, now);
    }

    private static void RequireAuthority(string path, CertificateFacts certificate)
    {
        if (!Read(path, certificate, one => one.IsAuthority))
        {
            throw PkiFile.Wrong(path, "holds a certificate that is no CA's (basicConstraints): it may sign nothing");
        }

        if (!IsKeyUsable(certificate.PublicKey))
        {
            throw PkiFile.Wrong(path, "holds a CA whose public key cannot be used: it must be an EC or RSA key");
        }

        if (Read(path, certificate, one => one.KeyUsage) is { } usage && !usage.HasFlag(KeyUsages.KeyCertSign))
        {
            throw PkiFile.Wrong(path, "holds a CA whose key may not sign certificates (keyUsage without keyCertSign)");
        }
    }

    private static bool IsKeyUsable(SubjectPublicKey key)
    {
        try
        {
            using AsymmetricAlgorithm usable = key.Algorithm == SubjectPublicKey.Rsa ? RSA.Create() : ECDsa.Create();
            usable.ImportSubjectPublicKeyInfo(key.Der.Span, out _);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool IsIssuedBy(CertificateFacts certificate, CertificateFacts issuer)
    {
        try
        {
            return certificate.Issuer.Span.SequenceEqual(issuer.Subject.Span) && certificate.IsSignedBy(issuer.PublicKey);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static T Read<T>(string path, CertificateFacts certificate, Func<CertificateFacts, T> field)
    {
        try
        {
            return field(certificate);
        }
        catch (AsnContentException e)
        {
            throw PkiFile.Wrong(path, $"holds a certificate that is damaged ({e.Message})");
        }
    }
}

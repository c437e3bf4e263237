using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace AutoRegister.Core.X509;

/// <summary>
/// Checks the signatures between certificates that lie side by side, to find a bit that was flipped in one of them. A chain built by
/// the platform does not verify the signature of its own anchor, and judges much that is no damage: validity, usages, revocation.
/// </summary>
internal static class CertificateSignatures
{
    private static readonly X509CertificateParser Parser = new();

    /// <summary>The certificates that have the name of another one's issuer; a self-signed one is its own.</summary>
    internal static IReadOnlyList<X509Certificate2> IssuersOf(X509Certificate2 certificate, IEnumerable<X509Certificate2> all) =>
        [.. all.Where(other => other.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))];

    /// <summary>Whether a certificate carries the signature of one of its possible issuers.</summary>
    internal static bool IsSignedByAnyOf(X509Certificate2 certificate, IEnumerable<X509Certificate2> issuers) => issuers.Any(issuer => IsSignedBy(certificate, issuer));

    private static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        try
        {
            Org.BouncyCastle.X509.X509Certificate parsed = Parser.ReadCertificate(certificate.RawData);
            parsed.Verify(Parser.ReadCertificate(issuer.RawData).GetPublicKey());

            // What was verified is what was read, encoded again: DER has one encoding only (X.690, section 10), and a bit that flipped in
            // the value of a BOOLEAN would not be seen.
            return parsed.GetEncoded().AsSpan().SequenceEqual(certificate.RawData);
        }
        catch (Exception e) when (e is GeneralSecurityException or SecurityUtilityException or ArgumentException or IOException)
        {
            // The signature does not verify, or a flipped bit has made an algorithm or a key of it that there is none of.
            return false;
        }
    }
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Core.X509;

/// <summary>
/// Certificates of issuers, each parsed once: all devices of a factory get the same, and OpenSSL 3 needs longer to parse one with an EC key
/// than to verify its signature. Whoever gets one shares it, and does not dispose of it.
/// </summary>
internal static class IssuerCertificates
{
    // A station has those of one factory at a time.
    private const int Most = 32;
    private static readonly ConcurrentDictionary<string, X509Certificate2> Parsed = new(StringComparer.Ordinal);

    /// <summary>Parses a certificate, or finds it.</summary>
    /// <param name="der">The certificate, DER.</param>
    /// <exception cref="CryptographicException">It is none.</exception>
    internal static X509Certificate2 Parse(byte[] der)
    {
        string content = Convert.ToBase64String(der);
        if (Parsed.TryGetValue(content, out X509Certificate2? known))
        {
            return known;
        }

        X509Certificate2 parsed = X509CertificateLoader.LoadCertificate(der);
        if (Parsed.Count >= Most)
        {
            Parsed.Clear();
        }

        return Parsed.GetOrAdd(content, parsed);
    }
}

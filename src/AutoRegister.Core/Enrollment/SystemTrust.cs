using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// The trust anchors that a server's certificate is checked with. Where a bundle holds them all, as curl reads it (the one that
/// <c>SSL_CERT_FILE</c> names, or the distribution's), it is read alone: .NET would also read every file of the directory that
/// the bundle was made from, several hundred, before the first connection.
/// </summary>
internal static class SystemTrust
{
    private const string FileVariable = "SSL_CERT_FILE";
    private const string DirectoryVariable = "SSL_CERT_DIR";

    // Yocto, Debian and most others; Fedora.
    private static readonly string[] Bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

    /// <summary>A policy for a TLS client; revocation is not checked, as .NET and curl do by default.</summary>
    /// <returns>The policy; <see langword="null"/> when .NET must find the anchors itself.</returns>
    internal static X509ChainPolicy? ClientPolicy() =>
        ClientPolicy(Environment.GetEnvironmentVariable(FileVariable), Environment.GetEnvironmentVariable(DirectoryVariable));

    /// <summary>A policy for what the environment says.</summary>
    /// <param name="file">The bundle that the user names.</param>
    /// <param name="directory">The directory that the user names: .NET knows how to read it.</param>
    /// <returns>The policy, or <see langword="null"/>.</returns>
    internal static X509ChainPolicy? ClientPolicy(string? file, string? directory)
    {
        string? bundle = string.IsNullOrEmpty(file) ? Array.Find(Bundles, File.Exists) : file;
        if (bundle is null || !string.IsNullOrEmpty(directory))
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(bundle);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // One anchor that cannot be read must not make the others worthless.
            return null;
        }

        return policy.CustomTrustStore.Count > 0 ? policy : null;
    }
}

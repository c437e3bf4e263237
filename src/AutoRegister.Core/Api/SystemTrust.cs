using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Errors;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Api;

/// <summary>
/// The trust anchors that a server's certificate is checked with. Where a bundle holds them all, as curl reads it (the one that
/// <c>SSL_CERT_FILE</c> names, or the distribution's), it is read alone: .NET would also read every file of the directory that
/// the bundle was made from, several hundred, before the first connection. A bundle that somebody named is read or is an error, as
/// curl's 77: whoever names one trusts nobody else.
/// </summary>
internal static class SystemTrust
{
    private const string FileVariable = "SSL_CERT_FILE";
    private const string DirectoryVariable = "SSL_CERT_DIR";

    // Yocto, Debian and most others; Fedora.
    private static readonly string[] Bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

    /// <summary>A policy for a TLS client; revocation is not checked, as .NET and curl do by default.</summary>
    /// <returns>The policy; <see langword="null"/> when .NET must find the anchors itself.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/> or <see cref="ErrorId.CaFileInvalid"/>: the bundle that is named.</exception>
    internal static X509ChainPolicy? ClientPolicy() =>
        ClientPolicy(Environment.GetEnvironmentVariable(FileVariable), Environment.GetEnvironmentVariable(DirectoryVariable));

    /// <summary>A policy for what the environment says.</summary>
    /// <param name="file">The bundle that the user names.</param>
    /// <param name="directory">The directory that the user names: .NET knows how to read it.</param>
    /// <returns>The policy, or <see langword="null"/>.</returns>
    internal static X509ChainPolicy? ClientPolicy(string? file, string? directory)
    {
        if (string.IsNullOrEmpty(file))
        {
            return string.IsNullOrEmpty(directory) ? OfDistribution() : null;
        }

        X509ChainPolicy policy = Trusting(CaFile.Read(file, FileVariable));
        if (!string.IsNullOrEmpty(directory))
        {
            // .NET reads both, but of the file only what it likes.
            using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine, System.Security.Cryptography.X509Certificates.OpenFlags.ReadOnly);
            policy.CustomTrustStore.AddRange(system.Certificates);
        }

        return policy;
    }

    // Nobody chose it: one anchor in it that cannot be read must not make the others worthless, and .NET finds them in the directory.
    private static X509ChainPolicy? OfDistribution()
    {
        try
        {
            return Array.Find(Bundles, File.Exists) is { } bundle ? Trusting(CaFile.Read(bundle, "the distribution")) : null;
        }
        catch (AutoRegisterException)
        {
            return null;
        }
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection anchors)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(anchors);
        return policy;
    }
}

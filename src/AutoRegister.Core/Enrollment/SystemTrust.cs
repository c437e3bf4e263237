using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// The trust anchors that a server's certificate is checked with. Where a bundle holds them all, as curl reads it (the one that
/// <c>SSL_CERT_FILE</c> names, or the distribution's), it is read alone: .NET would also read every file of the directory that
/// the bundle was made from, several hundred, before the first connection.
/// </summary>
internal static partial class SystemTrust
{
    private const string FileVariable = "SSL_CERT_FILE";
    private const string DirectoryVariable = "SSL_CERT_DIR";

    // Yocto, Debian and most others; Fedora.
    private static readonly string[] Bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
    private static X509ChainPolicy? only;

    /// <summary>
    /// For a process that registers a device and does nothing else: reads the bundle once for all its connections, and keeps .NET from
    /// reading the directory as well. It does, whatever a policy says, once in a process, and that takes longer than all the rest of
    /// a registration's HTTPS.
    /// </summary>
    internal static void ReadBundleAlone()
    {
        // From the first change on .NET has its own copy of the environment, and what this process starts gets that copy.
        Environment.SetEnvironmentVariable(DirectoryVariable, Environment.GetEnvironmentVariable(DirectoryVariable));
        only = ClientPolicy();
        if (only is not null)
        {
            _ = SetEnvironment(DirectoryVariable, "/nonexistent", 1);
        }
    }

    /// <summary>A policy for a TLS client; revocation is not checked, as .NET and curl do by default.</summary>
    /// <returns>The policy; <see langword="null"/> when .NET must find the anchors itself.</returns>
    internal static X509ChainPolicy? ClientPolicy() =>
        only ?? ClientPolicy(Environment.GetEnvironmentVariable(FileVariable), Environment.GetEnvironmentVariable(DirectoryVariable));

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

    // OpenSSL's part of .NET asks the C library, which does not hear of Environment.SetEnvironmentVariable. Other threads may be reading
    // meanwhile: that is safe for the one variable that a process adds, since the environment it began with is never freed.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}

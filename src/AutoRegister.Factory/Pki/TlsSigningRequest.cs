using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// The CSR for the server's TLS certificate, which goes to whoever holds the root's key. The server's own key is made here, and stays.
/// </summary>
internal static class TlsSigningRequest
{
    /// <summary>Writes the CSR, and makes the key where there is none.</summary>
    /// <param name="keyPath">The key: made with mode 0600, and never replaced, because the certificate in use may be for it.</param>
    /// <param name="requestPath">The CSR, PEM.</param>
    /// <param name="hosts">The names and addresses by which the server is known, the first of them its common name.</param>
    /// <returns>The CSR as PEM.</returns>
    /// <exception cref="ExitException">A file cannot be written, or the key that is there cannot be used.</exception>
    public static string Write(string keyPath, string requestPath, IReadOnlyList<string> hosts, string factory)
    {
        using ECDsa key = OpenOrMake(keyPath);
        var request = new CertificateRequest(
            DistinguishedName.Encode((DistinguishedName.CommonName, hosts[0]), (DistinguishedName.OrganizationalUnit, factory)), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(NamesOf(hosts));
        string pem = request.CreateSigningRequestPem() + "\n";
        try
        {
            AtomicFile.Write(Path.GetFullPath(requestPath), Encoding.ASCII.GetBytes(pem), AtomicFile.WorldReadable);
        }
        catch (AutoRegisterException e)
        {
            throw new ExitException(ExitCode.OperatingSystem, e.Message);
        }

        return pem;
    }

    private static ECDsa OpenOrMake(string path)
    {
        if (!File.Exists(path))
        {
            var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            AtomicFile.Write(path, made.ExportPkcs8PrivateKeyPem() + "\n");
            return made;
        }

        byte[] pem = SecretFile.Read(path, "the key of the server's TLS certificate", "it was there a moment ago");
        char[] text = Encoding.UTF8.GetChars(pem);
        CryptographicOperations.ZeroMemory(pem);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ExitException(ExitCode.Configuration, $"{path} holds no EC private key: move it away, and a new one is made");
        }
        finally
        {
            Array.Clear(text);
        }
    }

    private static X509Extension NamesOf(IReadOnlyList<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }
}

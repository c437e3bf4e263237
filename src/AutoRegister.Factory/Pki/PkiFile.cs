using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Files;
using AutoRegister.Core.X509;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>Certificates in files that a person put there: what is wrong with one ends the program with the file's name.</summary>
internal static class PkiFile
{
    /// <summary>Reads all certificates of a PEM file, at least one.</summary>
    /// <param name="remedy">What to do where it is missing.</param>
    /// <exception cref="ExitException">Missing, not to be read, without a certificate, or with one that is broken.</exception>
    public static IReadOnlyList<CertificateFacts> ReadAll(string path, string remedy)
    {
        try
        {
            CertificateFacts[] all = [.. Pem.DecodeAll(Pem.Certificate, SmallFile.ReadText(path)).Select(Read)];
            return all.Length > 0 ? all : throw Wrong(path, "holds no certificate in PEM");
        }
        catch (FileNotFoundException)
        {
            throw new ExitException(ExitCode.Configuration, $"{path} is missing: {remedy}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(path, $"cannot be read ({e.Message})");
        }
        catch (Exception e) when (e is AsnContentException or FormatException or CryptographicException)
        {
            throw Wrong(path, $"holds a certificate that is damaged ({e.Message})");
        }
    }

    /// <summary>Reads a file that holds one certificate.</summary>
    /// <param name="remedy">What to do where it is missing.</param>
    public static CertificateFacts ReadOne(string path, string remedy) => ReadAll(path, remedy) is [var one]
        ? one
        : throw Wrong(path, "holds several certificates where one belongs");

    /// <summary>The error about a file.</summary>
    /// <param name="what">What is wrong with it, and what to do.</param>
    public static ExitException Wrong(string path, string what) => new(ExitCode.Configuration, $"{path} {what}");

    /// <summary>Refuses a certificate that is not valid now.</summary>
    public static void CheckDates(string path, CertificateFacts certificate, DateTimeOffset now)
    {
        if (now < certificate.NotBefore)
        {
            throw Wrong(path, $"is not valid before {certificate.NotBefore:u}, and the clock says {now:u}: one of them is wrong");
        }

        if (now > certificate.NotAfter)
        {
            throw Wrong(path, $"expired at {certificate.NotAfter:u} (the clock says {now:u}): have the root's owner make a new one");
        }
    }

    // TLS will have .NET read it: what that does not take is found now.
    private static CertificateFacts Read(byte[] der)
    {
        X509CertificateLoader.LoadCertificate(der).Dispose();
        return CertificateFacts.Read(der);
    }
}

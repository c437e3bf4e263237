using System.Formats.Asn1;
using System.Security.Cryptography;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Est;

/// <summary>The certificate with which a device asks for the next one. TLS has proved that the device holds its key, and nothing more.</summary>
internal sealed class PresentedCertificate(FactoryPki pki, TimeProvider clock)
{
    /// <summary>Reads the certificate of a connection; null where it shows none, or one that can't be read.</summary>
    public static CertificateFacts? Of(HttpContext context)
    {
        try
        {
            return context.Connection.ClientCertificate is { } shown ? CertificateFacts.Read(shown.RawData) : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>Whether a device CA that is trusted has signed it.</summary>
    public bool IsDevices(CertificateFacts certificate)
    {
        try
        {
            return pki.FindIssuer(certificate) is not null;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Why it can't be renewed, as far as it says so itself; null when it can.</summary>
    public Refusal? ComplaintAbout(CertificateFacts certificate)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return !IsDevices(certificate) ? Refusal.Forbidden("The certificate is signed by no device CA that this factory trusts")
            : now < certificate.NotBefore ? Refusal.Forbidden($"The certificate is not valid before {certificate.NotBefore:yyyy-MM-dd HH:mm:ss'Z'}")
            : now > certificate.NotAfter ? Refusal.Forbidden($"The certificate expired on {certificate.NotAfter:yyyy-MM-dd HH:mm:ss'Z'}: the device must be registered anew")
            : certificate.IsAuthority || !IsForClients(certificate) ? Refusal.Forbidden("The certificate is not for a TLS client")
            : null;
    }

    private static bool IsForClients(CertificateFacts certificate) =>
        certificate.KeyUsage is { } usage && usage.HasFlag(KeyUsages.DigitalSignature)
        && certificate.ExtendedKeyUsages is { } usages && usages.Contains(ExtensionField.ClientAuthentication);
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// What a CSR may ask for: key usage digitalSignature and extended key usage clientAuth, what every device certificate
/// has anyway. Anything else (another name, a CA's rights) is refused rather than silently left out.
/// </summary>
internal static class RequestedExtensions
{
    private const string KeyUsage = "2.5.29.15";
    private const string ExtendedKeyUsage = "2.5.29.37";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Throws <see cref="RefusedException"/> when a CSR asks for more.</summary>
    public static void Check(CertificateRequest request)
    {
        if (request.OtherRequestAttributes.Count > 0)
        {
            throw RefusedException.Malformed($"the CSR has an attribute a device may not ask for: {request.OtherRequestAttributes[0].Oid?.Value}");
        }

        foreach (var extension in request.CertificateExtensions)
        {
            if (!IsHarmless(extension))
            {
                throw RefusedException.Malformed($"the CSR has an extension a device may not ask for: {extension.Oid?.Value}");
            }
        }
    }

    private static bool IsHarmless(X509Extension extension)
    {
        try
        {
            return extension.Oid?.Value switch
            {
                KeyUsage => new X509KeyUsageExtension(extension, extension.Critical).KeyUsages == X509KeyUsageFlags.DigitalSignature,
                ExtendedKeyUsage => new X509EnhancedKeyUsageExtension(extension, extension.Critical).EnhancedKeyUsages
                    is { Count: 1 } usages && usages[0].Value == ClientAuthentication,
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Pki;

/// <summary>The three certificates a factory makes for itself.</summary>
internal static class Authority
{
    // Devices may boot with a clock that is behind.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromDays(1);

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>The root of everything, for 20 years.</summary>
    public static X509Certificate2 CreateRoot(ECDsa key, string factory, DateTimeOffset now)
    {
        X500DistinguishedName name = DistinguishedName.Encode((DistinguishedName.CommonName, "Factory Root CA"), (DistinguishedName.OrganizationalUnit, factory));
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        AddAuthorityExtensions(request, pathLength: 1);
        return request.Create(name, X509SignatureGenerator.CreateForECDsa(key), now - ClockSkew, now.AddYears(20), NewSerial());
    }

    /// <summary>The CA that signs devices, and nothing but devices. Its OU is what update servers take the factory from.</summary>
    public static X509Certificate2 CreateDeviceCa(ECDsa key, string factory, X509Certificate2 root, ECDsa rootKey)
    {
        X500DistinguishedName name = DistinguishedName.Encode((DistinguishedName.CommonName, "Device CA"), (DistinguishedName.OrganizationalUnit, factory));
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        AddAuthorityExtensions(request, pathLength: 0);
        return Sign(request, root, rootKey);
    }

    /// <summary>The TLS server certificate of both ports: loopback, and the host the URLs name.</summary>
    public static X509Certificate2 CreateServer(ECDsa key, string host, X509Certificate2 root, ECDsa rootKey)
    {
        var request = new CertificateRequest(
            DistinguishedName.Encode((DistinguishedName.CommonName, "lmp-factory")), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(AlternativeNames(host));
        return Sign(request, root, rootKey);
    }

    private static X509Certificate2 Sign(CertificateRequest request, X509Certificate2 root, ECDsa rootKey)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        return request.Create(root.SubjectName, X509SignatureGenerator.CreateForECDsa(rootKey), root.NotBefore, root.NotAfter, NewSerial());
    }

    private static void AddAuthorityExtensions(CertificateRequest request, int pathLength)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, pathLength, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
    }

    private static X509Extension AlternativeNames(string host)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        if (!IPAddress.TryParse(host, out IPAddress? address))
        {
            if (host != "localhost")
            {
                names.AddDnsName(host);
            }
        }
        else if (!IPAddress.IsLoopback(address) || (!address.Equals(IPAddress.Loopback) && !address.Equals(IPAddress.IPv6Loopback)))
        {
            names.AddIpAddress(address);
        }

        return names.Build();
    }

    // 16 random bytes with the top bit clear: positive, and short of RFC 5280's 20 octets.
    private static byte[] NewSerial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}

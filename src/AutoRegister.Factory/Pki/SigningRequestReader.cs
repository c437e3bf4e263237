using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>Reads a CSR and refuses whatever a device has no reason to ask for.</summary>
internal sealed class SigningRequestReader(IReadOnlySet<DeviceKeyType> allowed)
{
    private const string Label = "CERTIFICATE REQUEST";

    /// <summary>Reads the PEM in a request's <c>csr</c>, or throws <see cref="RefusedException"/>.</summary>
    public SigningRequest Read(string pem)
    {
        var der = DecodePem(pem);
        var unverified = Load(der, CertificateRequestLoadOptions.SkipSignatureValidation, "the CSR can't be parsed");
        RequireAllowedKey(unverified.PublicKey);
        var request = Load(der, CertificateRequestLoadOptions.Default, "the CSR's signature is wrong");
        RequestedExtensions.Check(unverified);
        var (uuid, factory, production) = ReadSubject(request.SubjectName);
        return new SigningRequest
        {
            Uuid = uuid,
            Factory = factory,
            Production = production,
            PublicKey = request.PublicKey,
            PublicKeySha256 = Convert.ToHexStringLower(SHA256.HashData(request.PublicKey.ExportSubjectPublicKeyInfo())),
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(der)),
        };
    }

    private static byte[] DecodePem(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var found) || pem[found.Label] != Label)
        {
            throw RefusedException.Malformed($"'csr' must be PEM that begins with -----BEGIN {Label}-----");
        }

        if (!string.IsNullOrWhiteSpace(pem[..found.Location.Start]) || !string.IsNullOrWhiteSpace(pem[found.Location.End..]))
        {
            throw RefusedException.Malformed("'csr' must hold one CSR and nothing else");
        }

        return Convert.FromBase64String(pem[found.Base64Data]);
    }

    private static CertificateRequest Load(byte[] der, CertificateRequestLoadOptions options, string complaint)
    {
        try
        {
            // Without this option .NET drops the requested extensions, and they could not be checked.
            options |= CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions;
            var request = CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256, out var read, options);
            return read == der.Length ? request : throw RefusedException.Malformed("bytes follow the CSR");
        }
        catch (CryptographicException)
        {
            throw RefusedException.Malformed(complaint);
        }
        catch (NotSupportedException)
        {
            throw RefusedException.Malformed("the CSR is signed with an algorithm this factory does not know");
        }
    }

    private void RequireAllowedKey(PublicKey key)
    {
        try
        {
            if (DeviceKeyType.Of(key) is not { } type || !allowed.Contains(type))
            {
                throw RefusedException.Malformed($"the CSR's key must be {string.Join(" or ", allowed.Select(t => t.Name))}");
            }
        }
        catch (CryptographicException)
        {
            throw RefusedException.Malformed("the CSR's public key can't be read");
        }
    }

    private static (string Uuid, string Factory, bool Production) ReadSubject(X500DistinguishedName name)
    {
        var subject = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (var (oid, value) in DistinguishedName.Decode(name))
            {
                if (oid is not (DistinguishedName.CommonName or DistinguishedName.OrganizationalUnit or DistinguishedName.BusinessCategory)
                    || value is null || !subject.TryAdd(oid, value))
                {
                    throw RefusedException.Malformed("the CSR's subject must be CN, OU and at most businessCategory, each once");
                }
            }
        }
        catch (CryptographicException)
        {
            throw RefusedException.Malformed("the CSR's subject can't be read");
        }

        var production = subject.TryGetValue(DistinguishedName.BusinessCategory, out var category);
        if (production && category != "production")
        {
            throw RefusedException.Malformed("the CSR's businessCategory must be 'production'");
        }

        return (Required(subject, DistinguishedName.CommonName, "CN"), Required(subject, DistinguishedName.OrganizationalUnit, "OU"), production);
    }

    private static string Required(Dictionary<string, string> subject, string oid, string name) =>
        subject.TryGetValue(oid, out var value) ? value : throw RefusedException.Malformed($"the CSR's subject has no {name}");
}

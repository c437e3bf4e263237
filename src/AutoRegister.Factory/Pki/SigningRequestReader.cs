using System.Formats.Asn1;
using System.Security.Cryptography;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>Reads a CSR, once, and refuses whatever a device has no reason to ask for.</summary>
internal sealed class SigningRequestReader(IReadOnlySet<DeviceKeyType> allowed)
{
    private const string Label = "CERTIFICATE REQUEST";

    /// <summary>Reads the PEM in a request's <c>csr</c>, or throws <see cref="RefusedException"/>.</summary>
    public SigningRequest Read(string pem) => Read(DecodePem(pem));

    /// <summary>Reads DER, as EST carries it, or throws <see cref="RefusedException"/>. The bytes must not change afterwards.</summary>
    public SigningRequest Read(ReadOnlyMemory<byte> der)
    {
        CertificationRequest request = Parse(der);
        RequireAllowedKey(request.PublicKey);
        RequireSignature(request);
        RequestedExtensions.Check(request);
        (string? uuid, string? factory, bool production) = ReadSubject(request.Subject);
        return new SigningRequest
        {
            Subject = request.Subject,
            Uuid = uuid,
            Factory = factory,
            Production = production,
            PublicKey = request.PublicKey,
            Extensions = request.Extensions,
        };
    }

    private static byte[] DecodePem(string pem)
    {
        if (!PemEncoding.TryFind(pem, out PemFields found) || pem.AsSpan()[found.Label] is not Label)
        {
            throw RefusedException.Malformed($"'csr' must be PEM that begins with -----BEGIN {Label}-----");
        }

        if (!pem.AsSpan(0, found.Location.Start.Value).IsWhiteSpace() || !pem.AsSpan(found.Location.End.Value).IsWhiteSpace())
        {
            throw RefusedException.Malformed("'csr' must hold one CSR and nothing else");
        }

        byte[] der = new byte[found.DecodedDataLength];
        Convert.TryFromBase64Chars(pem.AsSpan()[found.Base64Data], der, out _);
        return der;
    }

    private static CertificationRequest Parse(ReadOnlyMemory<byte> der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var request = CertificationRequest.Read(reader);
            return reader.HasData ? throw RefusedException.Malformed("bytes follow the CSR") : request;
        }
        catch (AsnContentException)
        {
            throw RefusedException.Malformed("the CSR can't be parsed");
        }
    }

    private void RequireAllowedKey(SubjectPublicKey key)
    {
        try
        {
            if (DeviceKeyType.Of(key) is not { } type || !allowed.Contains(type))
            {
                throw RefusedException.Malformed($"the CSR's key must be {string.Join(" or ", allowed.Select(t => t.Name))}");
            }
        }
        catch (AsnContentException)
        {
            throw RefusedException.Malformed("the CSR's public key can't be read");
        }
    }

    private static void RequireSignature(CertificationRequest request)
    {
        SignatureAlgorithm algorithm = request.SignatureAlgorithm
            ?? throw RefusedException.Malformed("the CSR is signed with an algorithm this factory does not know");
        try
        {
            if (request.PublicKey.Verifies(request.Info.Span, request.Signature.Span, algorithm))
            {
                return;
            }
        }
        catch (CryptographicException)
        {
            // A key that cannot be one has signed nothing.
        }

        throw RefusedException.Malformed("the CSR's signature is wrong");
    }

    private static (string Uuid, string Factory, bool Production) ReadSubject(ReadOnlyMemory<byte> name)
    {
        var subject = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach ((string? oid, string? value) in DistinguishedName.Decode(name))
            {
                if (oid is not (DistinguishedName.CommonName or DistinguishedName.OrganizationalUnit or DistinguishedName.BusinessCategory)
                    || value is null || !subject.TryAdd(oid, value))
                {
                    throw RefusedException.Malformed("the CSR's subject must be CN, OU and at most businessCategory, each once");
                }
            }
        }
        catch (AsnContentException)
        {
            throw RefusedException.Malformed("the CSR's subject can't be read");
        }

        bool production = subject.TryGetValue(DistinguishedName.BusinessCategory, out string? category);
        if (production && category != "production")
        {
            throw RefusedException.Malformed("the CSR's businessCategory must be 'production'");
        }

        return (Required(subject, DistinguishedName.CommonName, "CN"), Required(subject, DistinguishedName.OrganizationalUnit, "OU"), production);
    }

    private static string Required(Dictionary<string, string> subject, string oid, string name) =>
        subject.TryGetValue(oid, out string? value) ? value : throw RefusedException.Malformed($"the CSR's subject has no {name}");
}

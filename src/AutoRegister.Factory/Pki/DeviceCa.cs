using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Pki;

/// <summary>A CA that signs device certificates, by its own certificate: without its key. Thread-safe.</summary>
internal sealed class DeviceCa : IDisposable
{
    // Not documented as safe for several threads, and dear to make: each is one thread's at a time.
    private readonly ConcurrentBag<ECDsa> verifiers = [];

    /// <summary>Takes a CA's certificate, which was checked.</summary>
    public DeviceCa(CertificateFacts facts)
    {
        Facts = facts;
        Pem = PemEncoding.WriteString("CERTIFICATE", facts.Der.Span) + "\n";
        KeyIdentifier = facts.SubjectKeyIdentifier ?? facts.PublicKey.Identifier;
        Certificate = X509CertificateLoader.LoadCertificate(facts.Der.Span);
    }

    /// <summary>What its certificate says.</summary>
    public CertificateFacts Facts { get; }

    /// <summary>Its certificate as PEM, with a line feed at the end.</summary>
    public string Pem { get; }

    /// <summary>Its certificate as TLS wants it.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>How the certificates it signs name its key: by its own subjectKeyIdentifier, else by method 1 of RFC 5280.</summary>
    public ReadOnlyMemory<byte> KeyIdentifier { get; }

    /// <summary>Its OU: update servers take the factory from it.</summary>
    public string? Factory => DistinguishedName.Find(Facts.Subject, DistinguishedName.OrganizationalUnit);

    /// <summary>Whether a certificate names this CA as its issuer and is signed with its key. Dates and usages are not looked at.</summary>
    public bool Issued(CertificateFacts certificate) =>
        certificate.Issuer.Span.SequenceEqual(Facts.Subject.Span) && Signed(certificate);

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        while (verifiers.TryTake(out ECDsa? verifier))
        {
            verifier.Dispose();
        }
    }

    private bool Signed(CertificateFacts certificate)
    {
        if (certificate.SignatureAlgorithm is not { IsRsa: false } algorithm || Facts.PublicKey.Algorithm != SubjectPublicKey.EllipticCurve)
        {
            return certificate.IsSignedBy(Facts.PublicKey);
        }

        ECDsa verifier = verifiers.TryTake(out ECDsa? free) ? free : Facts.PublicKey.ToECDsa();
        bool signed = verifier.VerifyData(
            certificate.ToBeSigned.Span, certificate.Signature.Span, algorithm.Hash, DSASignatureFormat.Rfc3279DerSequence);
        verifiers.Add(verifier);
        return signed;
    }
}

using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Pki;

/// <summary>The revocation list of a device CA (RFC 5280, section 5), signed where its key is: in a file or in a token.</summary>
internal sealed class RevocationList(DeviceCa ca, IDeviceCaKey key)
{
    /// <summary>Why the CA may sign none; null when it may.</summary>
    public string? Complaint => ca.Facts.KeyUsage is { } usage && !usage.HasFlag(KeyUsages.CrlSign)
        ? "may not sign revocation lists: its key usage lacks cRLSign, as that of every device CA of 'fioctl keys ca' does; give the gateway the deny list ('devices denylist')"
        : null;

    /// <summary>Signs a list; later ones have higher numbers.</summary>
    /// <param name="revoked">Serial numbers, hexadecimal, with the time since when.</param>
    /// <returns>It as PEM, with a line feed at the end.</returns>
    /// <exception cref="DeviceCaUnavailableException">The CA's key cannot be reached.</exception>
    public string Sign(IReadOnlyList<(string Serial, DateTimeOffset Since)> revoked, DateTimeOffset now, DateTimeOffset next)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach ((string? serial, DateTimeOffset since) in revoked)
        {
            builder.AddEntry(Signed(Convert.FromHexString(serial)), since);
        }

        byte[] list = builder.Build(
            ca.Certificate.SubjectName, new Signer(ca, key), new BigInteger(now.ToUnixTimeMilliseconds()), next, HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(ca.KeyIdentifier.Span), now);
        return PemEncoding.WriteString("X509 CRL", list) + "\n";
    }

    // As an INTEGER has it: a first bit that is set would make it negative.
    private static byte[] Signed(byte[] serial) => serial[0] < 0x80 ? serial : [0, .. serial];

    private sealed class Signer(DeviceCa ca, IDeviceCaKey key) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
        {
            var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
            SignatureAlgorithm.EcdsaSha256.Write(writer);
            return writer.Encode();
        }

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignAsync(data).AsTask().GetAwaiter().GetResult();

        protected override PublicKey BuildPublicKey() => ca.Certificate.PublicKey;
    }
}

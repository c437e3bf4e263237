using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Keys;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Sota;

/// <summary>
/// The certificates of a registered device, looked at for damage: each must carry the signature of its issuer where the issuer is at
/// hand. A renewal replaces the device certificate and may come from an issuer that is not: that is no damage.
/// </summary>
internal sealed class InstalledChain
{
    private const string PemBegin = "-----BEGIN CERTIFICATE-----";
    private readonly string rootText;
    private readonly RegistrationRecord? record;
    private readonly List<X509Certificate2> roots;
    private readonly List<X509Certificate2> client;
    private readonly List<X509Certificate2> chain;

    /// <summary>Takes the texts of the files; what cannot be read in them is passed over.</summary>
    /// <param name="rootText">The text of <c>root.crt</c>.</param>
    /// <param name="clientText">The text of <c>client.pem</c>, or the device certificate from the token; <see langword="null"/> when there is none.</param>
    /// <param name="chainText">The text of <c>client.chained</c>; <see langword="null"/> when there is none.</param>
    /// <param name="record">What the registration wrote down.</param>
    internal InstalledChain(string rootText, string? clientText, string? chainText, RegistrationRecord? record)
    {
        this.rootText = rootText;
        this.record = record;
        roots = Parse(rootText, IssuerCertificates.Parse);
        client = Parse(clientText, X509CertificateLoader.LoadCertificate);
        chain = Parse(chainText, der => client.Find(own => own.RawDataMemory.Span.SequenceEqual(der)) ?? IssuerCertificates.Parse(der));
    }

    /// <summary>Says what in a file is no certificate, or one that cannot be read.</summary>
    /// <returns>The sentence; <see langword="null"/> when all can be read.</returns>
    internal static string? FindUnreadable(string name, string text)
    {
        int begun = text.AsSpan().Count(PemBegin);
        return begun == 0 ? $"{name} holds no certificate" : Parse(text, IssuerCertificates.Parse).Count < begun ? $"{name} holds a certificate that cannot be read" : null;
    }

    /// <summary>Finds what is damaged. Of <c>client.chained</c> only its issuers count: the OTA client does not read it.</summary>
    internal IEnumerable<string> FindProblems() => FindInRoot().Concat(FindInClient()).Distinct();

    private IEnumerable<X509Certificate2> All => roots.Concat(client).Concat(chain);

    private IEnumerable<string> FindInRoot()
    {
        if (record is not null && RegistrationRecord.Fits(record.Root, Encoding.UTF8.GetBytes(rootText)))
        {
            yield break;
        }

        foreach (X509Certificate2 root in roots)
        {
            IReadOnlyList<X509Certificate2> issuers = CertificateSignatures.IssuersOf(root, roots);
            if (issuers.Count > 0 && !CertificateSignatures.IsSignedByAnyOf(root, issuers))
            {
                yield return Unsigned(CredentialFileNames.RootCertificate, root);
            }
            else if (issuers.Count == 0 && (record is not null || (client.Count > 0 && EndsNowhere(client[0]))))
            {
                // It may have been replaced since, but by one that can be told to be whole.
                yield return "root.crt is not what the registration wrote, and carries no signature of its own";
            }
        }
    }

    private IEnumerable<string> FindInClient()
    {
        if (client.Count == 0 || (record is not null && RegistrationRecord.Fits(record.Certificate, client[0].RawData)))
        {
            yield break;
        }

        IReadOnlyList<X509Certificate2> issuers = CertificateSignatures.IssuersOf(client[0], All);
        if (issuers.Count > 0 && !CertificateSignatures.IsSignedByAnyOf(client[0], issuers))
        {
            yield return Unsigned(CredentialFileNames.ClientCertificate, client[0]);
        }
        else if (issuers.Count == 0 && PublicKeyHash.Of(client[0].PublicKey.ExportSubjectPublicKeyInfo()) == record?.Key)
        {
            // A renewal would have made a key of its own.
            yield return "client.pem is not the certificate that was issued for its key";
        }
        else if (issuers.Count == 0 && chain.Count > 0 && chain[0].PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(client[0].PublicKey.ExportSubjectPublicKeyInfo()))
        {
            // client.chained begins with it, and has its issuer.
            yield return "client.pem and client.chained are for the same key and are not the same: one of them is damaged";
        }
    }

    private static string Unsigned(string name, X509Certificate2 certificate) =>
        $"{name} is damaged: the certificate '{Printable.Text(certificate.Subject)}' does not carry the signature of its issuer '{Printable.Text(certificate.Issuer)}'";

    private bool EndsNowhere(X509Certificate2 leaf)
    {
        X509Certificate2 current = leaf;
        for (int steps = 0; steps < roots.Count + client.Count + chain.Count; steps++)
        {
            if (roots.Any(root => root.RawDataMemory.Span.SequenceEqual(current.RawDataMemory.Span)))
            {
                return false;
            }

            if (CertificateSignatures.IssuersOf(current, All).FirstOrDefault(issuer => CertificateSignatures.IsSignedByAnyOf(current, [issuer])) is not X509Certificate2 next)
            {
                return current != leaf;
            }

            current = next;
        }

        return true;
    }

    private static List<X509Certificate2> Parse(string? text, Func<byte[], X509Certificate2> parse)
    {
        List<X509Certificate2> parsed = [];
        foreach (byte[] der in text is null ? [] : Pem.DecodeAll("CERTIFICATE", text))
        {
            try
            {
                parsed.Add(parse(der));
            }
            catch (CryptographicException)
            {
                // FindUnreadable counts what is missing.
            }
        }

        return parsed;
    }
}

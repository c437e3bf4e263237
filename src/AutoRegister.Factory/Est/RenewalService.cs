using System.Security.Cryptography;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Est;

/// <summary>
/// One renewal, from the certificate a device shows to its next one (RFC 7030, section 4.2.2): the same device in the same words, with
/// a key that was never another's. Asking twice with one key gives one certificate.
/// </summary>
/// <param name="validity">How long the next certificate is valid, at most.</param>
internal sealed class RenewalService(
    PresentedCertificate presented, SigningRequestReader csrs, DeviceRenewals renewals, CertificateClaims claims, CertificateTemplate template,
    TimeSpan validity, TimeProvider clock)
{
    /// <summary>Renews; returns the certificate as DER, or throws <see cref="RefusedException"/>. Either is in the audit then.</summary>
    /// <param name="shown">What TLS has shown; null where that is nothing.</param>
    public async Task<byte[]> RenewAsync(CertificateFacts? shown, string? address, Func<Task<byte[]>> body)
    {
        (SigningRequest? request, Renewal? renewal) = await CheckAsync(shown, address, body);
        (CertificateClaim? claim, string? certificate) = await renewals.RenewAsync(renewal, () => Draft(request));
        return DerOf(certificate ?? await claims.FinishAsync(claim));
    }

    /// <summary>The DER of a certificate in PEM.</summary>
    public static byte[] DerOf(string pem) => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);

    // Everything that needs no ledger to be refused.
    private async Task<(SigningRequest Request, Renewal Renewal)> CheckAsync(CertificateFacts? shown, string? address, Func<Task<byte[]>> body)
    {
        try
        {
            CertificateFacts current = shown ?? throw new RefusedException(RefusalKind.Unauthenticated, "A renewal needs the device's current certificate, shown by TLS");
            if (presented.ComplaintAbout(current) is { } complaint)
            {
                throw new RefusedException(complaint);
            }

            SigningRequest request = csrs.Read(await body());
            if (!request.Subject.Span.SequenceEqual(current.Subject.Span))
            {
                throw RefusedException.Malformed("the CSR's subject must be the current certificate's, byte for byte");
            }

            string pem = PemEncoding.WriteString("CERTIFICATE", current.Der.Span) + "\n";
            return (request, new Renewal(
                request.Uuid.ToLowerInvariant(), address, current.Serial, pem, current.PublicKey.Sha256, request.PublicKeySha256));
        }
        catch (RefusedException e)
        {
            string? uuid = shown is null || !presented.IsDevices(shown) ? null : DistinguishedName.Find(shown.Subject, DistinguishedName.CommonName);
            await renewals.RefusedAsync(uuid is null ? "unknown" : $"device {FieldRules.Quote(uuid)}", address, shown?.Serial, e.Message);
            throw;
        }
    }

    private CertificateDraft Draft(SigningRequest request)
    {
        ToBeSigned draft = template.FillRenewal(request, validity, clock.GetUtcNow());
        return new CertificateDraft(draft.Serial, draft.Der.ToArray(), draft.NotAfter);
    }
}

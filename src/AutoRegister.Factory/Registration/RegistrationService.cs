using AutoRegister.Core.Configuration;
using AutoRegister.Core.Sota;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Sota;

namespace AutoRegister.Factory.Registration;

/// <summary>What a factory tells its devices.</summary>
/// <param name="Gateway">Where the device gateway is.</param>
/// <param name="Validity">How long their certificates are valid, at most.</param>
/// <param name="SotaKeys">What their sota.toml may hold.</param>
internal sealed record RegistrationAnswers(Uri Gateway, TimeSpan Validity, SotaKeys SotaKeys);

/// <summary>
/// One registration from checked fields to the four files. Registering is idempotent: the same request gets the same
/// answer again, however often and however simultaneously it is sent.
/// </summary>
internal sealed class RegistrationService(
    string factory, SigningRequestReader csrs, DeviceRegistry devices, CertificateClaims claims, IAdmissionPolicy policy, FactoryPki pki,
    CertificateTemplate template, RegistrationAnswers answers, TimeProvider clock)
{
    private readonly string ostree = answers.Gateway.GetLeftPart(UriPartial.Authority) + "/ostree";

    /// <summary>Registers a device; returns the answer's files by name, or throws <see cref="RefusedException"/>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RegisterAsync(RegistrationRequest request, Applicant applicant)
    {
        (SigningRequest? csr, DeviceClaim? claim, Dictionary<string, IReadOnlyDictionary<string, string>>? overrides) = await CheckAsync(request, applicant);
        RegisteredDevice device = await devices.RegisterAsync(
            claim, applicant, policy, terms => (Draft(csr with { Production = terms.Production }), SotaTomlOf(request, WithTags(overrides, claim.Tags, terms.Tags))));
        string certificate = device.Certificate ?? await claims.FinishAsync(device.Claim);
        return new Dictionary<string, string>
        {
            [CredentialFileNames.RootCertificate] = pki.Roots.Pem,
            [CredentialFileNames.ClientCertificate] = certificate,
            [CredentialFileNames.SotaToml] = device.SotaToml,
            [CredentialFileNames.ClientChain] = certificate + pki.DeviceCa.Pem,
        };
    }

    // Everything that can be refused is refused before the ledger hears of the device; that it was is written down.
    private async Task<(SigningRequest Csr, DeviceClaim Claim, Dictionary<string, IReadOnlyDictionary<string, string>> Overrides)> CheckAsync(
        RegistrationRequest request, Applicant applicant)
    {
        try
        {
            if (applicant.Device is { } own && !string.Equals(own, request.Uuid, StringComparison.Ordinal))
            {
                throw new RefusedException(Refusal.Forbidden("The access token was issued for another device"));
            }

            SigningRequest csr = csrs.Read(request.Csr);
            string uuid = request.Uuid.Length > 0 ? request.Uuid : FieldRules.Uuid(csr.Uuid);
            RequireSubject(csr, uuid);
            Dictionary<string, IReadOnlyDictionary<string, string>> overrides = OverrideRules.Check(answers.SotaKeys, request.Overrides);
            var claim = new DeviceClaim
            {
                Uuid = uuid,
                Name = request.Name.Length > 0 ? request.Name : uuid,
                Group = request.Group,
                HardwareId = request.HardwareId,
                Tags = TagsOf(overrides),
                Production = csr.Production,
                PublicKeySha256 = csr.PublicKeySha256,
            };
            return (csr, claim, overrides);
        }
        catch (RefusedException e)
        {
            await devices.RefusedAsync(applicant, request.Uuid.Length > 0 ? request.Uuid.ToLowerInvariant() : null, e.Message);
            throw;
        }
    }

    private CertificateDraft Draft(SigningRequest csr)
    {
        ToBeSigned draft = template.Fill(csr, answers.Validity, clock.GetUtcNow());
        return new CertificateDraft(draft.Serial, draft.Der.ToArray(), draft.NotAfter);
    }

    private string SotaTomlOf(RegistrationRequest request, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> overrides) =>
        SotaTomlTemplate.For(request, answers.Gateway, ostree).With(overrides).ToString();

    // Where the factory's policy gives a device other tags than it asked for, its configuration says them too.
    private static Dictionary<string, IReadOnlyDictionary<string, string>> WithTags(
        Dictionary<string, IReadOnlyDictionary<string, string>> overrides, string? asked, string? granted)
    {
        if (granted is null || granted == asked)
        {
            return overrides;
        }

        var pacman = new Dictionary<string, string>(overrides.GetValueOrDefault("pacman") ?? new Dictionary<string, string>())
        {
            ["tags"] = $"\"{granted}\"",
        };
        return new Dictionary<string, IReadOnlyDictionary<string, string>>(overrides) { ["pacman"] = pacman };
    }

    private void RequireSubject(SigningRequest csr, string uuid)
    {
        if (!string.Equals(csr.Uuid, uuid, StringComparison.Ordinal))
        {
            throw RefusedException.Malformed("the CSR's CN must be the request's uuid");
        }

        if (!string.Equals(csr.Factory, factory, StringComparison.Ordinal))
        {
            throw RefusedException.Malformed($"the CSR's OU is '{FieldRules.Quote(csr.Factory)}', but this factory is '{factory}'");
        }
    }

    private static string? TagsOf(Dictionary<string, IReadOnlyDictionary<string, string>> overrides) =>
        overrides.TryGetValue("pacman", out IReadOnlyDictionary<string, string>? pacman) && pacman.TryGetValue("tags", out string? tags)
            ? tags.Trim().Trim('"')
            : null;
}

using AutoRegister.Core.Sota;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Sota;

namespace AutoRegister.Factory.Registration;

/// <summary>
/// One registration from checked fields to the four files. Registering is idempotent: the same request gets the same
/// certificate again, however often and however simultaneously it is sent.
/// </summary>
internal sealed class RegistrationService(
    string factory, SigningRequestReader csrs, DeviceCertificateIssuer issuer, DeviceRegistry devices, FactoryPki pki, Uri gateway)
{
    private readonly string root = pki.Roots.Pem;
    private readonly string deviceCa = pki.DeviceCa.Pem;

    /// <summary>Registers a device; returns the answer's files by name, or throws <see cref="RefusedException"/>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RegisterAsync(RegistrationRequest request)
    {
        var csr = csrs.Read(request.Csr);
        var uuid = request.Uuid.Length > 0 ? request.Uuid : FieldRules.Uuid(csr.Uuid);
        RequireSubject(csr, uuid);

        // Everything that can be refused is refused before the ledger hears of the device.
        var sotaToml = SotaTomlTemplate.For(request, gateway, gateway.GetLeftPart(UriPartial.Authority) + "/ostree").With(OverrideRules.Check(request.Overrides)).ToString();
        var certificate = await devices.RegisterAsync(
            new DeviceClaim
            {
                Uuid = uuid,
                Name = request.Name.Length > 0 ? request.Name : uuid,
                Group = request.Group,
                HardwareId = request.HardwareId,
                Tags = TagsOf(request),
                Production = csr.Production,
                PublicKeySha256 = csr.PublicKeySha256,
                CsrSha256 = csr.Sha256,
                Serial = DeviceCertificateIssuer.SerialOf(uuid),
            },
            () => issuer.Issue(csr));

        return new Dictionary<string, string>
        {
            [CredentialFileNames.RootCertificate] = root,
            [CredentialFileNames.ClientCertificate] = certificate,
            [CredentialFileNames.SotaToml] = sotaToml,
            [CredentialFileNames.ClientChain] = certificate + deviceCa,
        };
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

    private static string? TagsOf(RegistrationRequest request) =>
        request.Overrides.TryGetValue("pacman", out var pacman) && pacman.TryGetValue("tags", out var tags)
            ? tags.Trim().Trim('"')
            : null;
}

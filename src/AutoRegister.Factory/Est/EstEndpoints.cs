using System.Security.Cryptography;
using AutoRegister.Core.Sota;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Policy;
using AutoRegister.Factory.Registration;

namespace AutoRegister.Factory.Est;

/// <summary>
/// EST (RFC 7030): <c>cacerts</c> for anybody, <c>simplereenroll</c> for a device by its current certificate, and <c>simpleenroll</c> for
/// stations, never by a device's certificate. A CSR does not say what hardware a device is: stations put the hardware id where
/// the RFC has the label that chooses among a server's policies.
/// </summary>
/// <param name="status">The status of a success with a certificate.</param>
internal sealed class EstEndpoints(
    FactoryPki pki, PresentedCertificate presented, RenewalService renewals, IApplicantCheck stations, RegistrationService registrations,
    DeviceRegistry devices, int status)
{
    /// <summary>The path that all others are below (RFC 5785).</summary>
    public const string Base = "/.well-known/est";

    private const string Hardware = "hardware";

    private readonly byte[] authorities = CertificateBundle.Encode(
        [.. pki.Roots.All.Select(root => root.Der), .. pki.TrustedCas.Select(ca => ca.Facts.Der)]);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods($"{Base}/cacerts", [HttpMethods.Get, HttpMethods.Head], context => EstBody.WriteAsync(context, StatusCodes.Status200OK, authorities));
        routes.MapMethods($"{Base}/simplereenroll", [HttpMethods.Post], RenewAsync);
        routes.MapMethods($"{Base}/simpleenroll", [HttpMethods.Post], EnrollAsync);
        routes.MapMethods($"{Base}/{{{Hardware}}}/simpleenroll", [HttpMethods.Post], EnrollAsync);
    }

    private async Task RenewAsync(HttpContext context)
    {
        byte[] certificate = await renewals.RenewAsync(PresentedCertificate.Of(context), AddressRanges.Of(context), () => EstBody.ReadAsync(context));
        RequestLog.Note(context, DistinguishedName.Find(CertificateFacts.Read(certificate).Subject, DistinguishedName.CommonName) ?? "");
        await EstBody.WriteAsync(context, status, CertificateBundle.Encode(certificate));
    }

    private async Task EnrollAsync(HttpContext context)
    {
        var unknown = new Applicant { Actor = "unknown", Address = AddressRanges.Of(context) };
        Applicant applicant = await RecordedAsync(unknown, () => WhoAsync(context));
        RegistrationRequest request = await RecordedAsync(applicant, () => ReadAsync(context));
        IReadOnlyDictionary<string, string> files = await registrations.RegisterAsync(request, applicant);
        await EstBody.WriteAsync(context, status, CertificateBundle.Encode(RenewalService.DerOf(files[CredentialFileNames.ClientCertificate])));
    }

    // A device's certificate is no station's, not even where somebody has entered it as one.
    private Task<Applicant> WhoAsync(HttpContext context) =>
        RequestToken.Of(context.Request.Headers) is null && PresentedCertificate.Of(context) is { } certificate && presented.IsDevices(certificate)
            ? Task.FromException<Applicant>(new RefusedException(
                RefusalKind.Unauthenticated, "A device's certificate enrols nobody: it is renewed by /simplereenroll, and stations enrol devices"))
            : stations.RequireAsync(context);

    private static async Task<RegistrationRequest> ReadAsync(HttpContext context)
    {
        byte[] csr = await EstBody.ReadAsync(context);
        string hardware = context.Request.RouteValues.TryGetValue(Hardware, out object? label) ? (string)label! : "";
        return hardware.Length == 0
            ? throw RefusedException.Malformed($"a CSR does not name the hardware: send it to {Base}/HARDWARE-ID/simpleenroll")
            : new RegistrationRequest
            {
                UseOstreeServer = "true",
                SotaConfigDir = "/var/sota",
                HardwareId = FieldRules.HardwareId(hardware),
                Name = "",
                Uuid = "",
                Csr = PemEncoding.WriteString("CERTIFICATE REQUEST", csr),
                Group = null,
                Overrides = new Dictionary<string, IReadOnlyDictionary<string, string>>(),
            };
    }

    private async Task<T> RecordedAsync<T>(Applicant applicant, Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch (RefusedException e) when (e.Refusal.Kind != RefusalKind.TooMany)
        {
            await devices.RefusedAsync(applicant, null, e.Message);
            throw;
        }
    }
}

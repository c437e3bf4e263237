using AutoRegister.Factory.Est;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Registration;
using AutoRegister.Factory.Settings;

namespace AutoRegister.Factory.Commands;

/// <summary>The port at which devices renew their certificates; none where no address is configured.</summary>
internal static class EstPort
{
    /// <summary>Opens it. What a client shows is judged by each request, not in the handshake: one that is refused hears why.</summary>
    public static async Task<SecurePort?> OpenAsync(
        CheckedSettings settings, FactoryPki pki, SigningRequestReader csrs, IApplicantCheck stations, RegistrationService registrations,
        DeviceRegistry devices, LedgerWriter writer, RefusalAudit refusals, CertificateClaims claims, CertificateTemplate template, RequestLog log, TimeProvider clock)
    {
        if (settings.EstEndpoint is not { } endpoint)
        {
            return null;
        }

        var presented = new PresentedCertificate(pki, clock);
        var renewals = new RenewalService(
            presented, csrs, new DeviceRenewals(writer, refusals, new UnconfirmedSuccessors(settings.UnconfirmedSuccessors), clock),
            claims, template, settings.RenewalValidity, clock);
        SecurePort port = await SecurePort.StartAsync(
            "est",
            endpoint,
            ServerTls.Options(pki, asksForCertificate: true),
            settings.PortLimits,
            log,
            new EstEndpoints(pki, presented, renewals, stations, registrations, devices, settings.RenewalStatus).Map);
        Console.Error.WriteLine($"devices renew their certificates on port {port.Number}");
        return port;
    }
}

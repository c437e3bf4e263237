using System.CommandLine;
using System.Data.Common;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Gateway;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Policy;
using AutoRegister.Factory.Registration;
using AutoRegister.Factory.Reports;
using AutoRegister.Factory.Settings;
using Microsoft.Extensions.Hosting.Systemd;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory serve</c>: a production server. Nothing is open that the configuration does not open, nothing made that is missing.</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan FinishEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WarnEvery = TimeSpan.FromDays(1);

    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("serve", "runs a production server, until SIGTERM or SIGINT");
        Option<string> config = command.AddOption<string>("--config", "FILE", "its configuration, JSON; variables LMP_FACTORY_… go before it");
        config.Required = true;
        var check = new Option<bool>("--check") { Description = "checks configuration, PKI and ledger, and ends", Arity = ArgumentArity.Zero };
        command.Options.Add(check);
        command.SetAction(async (parsed, _) => (int)await RunAsync(CheckedSettings.Read(parsed.GetValue(config)!), parsed.GetValue(check)));
        return command;
    }

    // Read this to see what depends on what; what is opened last is closed first, so requests finish while there is a ledger.
    private static async Task<ExitCode> RunAsync(CheckedSettings settings, bool checkOnly)
    {
        using var stop = new StopSignals();
        TimeProvider clock = TimeProvider.System;
        settings.CheckAll();
        using FactoryPki pki = ProductionPki.Open(settings.Pki, Console.Error.WriteLine, clock);
        LedgerDatabase ledger = settings.Ledger;
        ledger.Migrate();
        if (checkOnly)
        {
            Console.WriteLine("configuration, PKI and ledger are in order");
            return ExitCode.Success;
        }

        await using var log = new RequestLog(Console.Error);
        using var reader = new LedgerReader(ledger);
        await using var writer = new LedgerWriter(ledger);
        await using var refusals = new RefusalCounts(new RefusalAudit(writer, clock), clock);
        var devices = new DeviceRegistry(writer, refusals.Audit, clock);
        var issuer = new CertificateIssuer(pki.DeviceCa, pki.DeviceCaKey);
        var claims = new CertificateClaims(writer, reader, clock, issuer.SignOwnAsync, settings.Foundries is null ? null : FoundriesReport.Enter);
        // Also those of another server: whoever comes second takes what the first has signed.
        await claims.FinishAllAsync(CancellationToken.None);
        var csrs = new SigningRequestReader(settings.KeyTypes);
        var registrations = new RegistrationService(
            settings.Factory, csrs, devices, claims, settings.Policy, pki, issuer.Template,
            new RegistrationAnswers(settings.Gateway, settings.Validity, settings.SotaKeys), clock);

        bool stopping = false;
        Task<string?> ProblemAsync(CancellationToken cancellation) =>
            stopping ? Task.FromResult<string?>("the server stops") : MissingAsync(reader, pki, cancellation);

        await using var reports = new ReportSending(settings, reader, writer, clock);
        var watch = new CertificateWatch(pki, clock);
        await using AdminPort admin = await AdminPort.OpenAsync(settings, pki, watch, reader, writer, log, ProblemAsync, clock);
        var stations = new StationRegistry(reader);
        var wrongTokens = new WrongTokens(settings.WrongTokensPerMinute);
        await using SecurePort? est = await EstPort.OpenAsync(settings, pki, csrs, new StationCheck(stations, wrongTokens, clock), registrations, devices, writer, refusals.Audit, claims, issuer.Template, log, clock);
        await using SecurePort api = await SecurePort.StartAsync(
            "api",
            settings.ApiEndpoint,
            ServerTls.Options(pki, asksForCertificate: true),
            settings.PortLimits,
            log,
            routes =>
            {
                new RegistrationEndpoints(
                    new StationCheck(stations, wrongTokens, clock),
                    settings.SignRanges is { } ranges ? new AnybodyCheck(ranges, wrongTokens) : null,
                    registrations,
                    devices).Map(routes);
                new GatewayReportEndpoints(new StationCheck(stations, wrongTokens, clock, asGateway: true), reader, new DeviceCertificates(writer, clock)).Map(routes);
                new HealthEndpoints(ProblemAsync, () => watch.Warnings).Map(routes);
            });

        await using var warning = new Repeated(WarnEvery, clock, _ => WarnAsync(watch), Console.Error.WriteLine);
        await using var finishing = new Repeated(FinishEvery, clock, claims.FinishAbandonedAsync, Console.Error.WriteLine);
        Console.Error.WriteLine($"lmp-factory serves {settings.Factory} on port {api.Number}");
        var systemd = new SystemdNotifier();
        systemd.Notify(ServiceState.Ready);
        Task first = await Task.WhenAny(stop.Task, writer.Completion);
        systemd.Notify(ServiceState.Stopping);

        // First a load balancer hears of it and asks another server, then the ports close.
        stopping = true;
        await Task.WhenAny(Task.Delay(settings.Drain), writer.Completion);
        await first;
        return ExitCode.Success;
    }

    private static Task WarnAsync(CertificateWatch watch)
    {
        foreach (string line in watch.Warnings)
        {
            Console.Error.WriteLine($"warning: {line}");
        }

        return Task.CompletedTask;
    }

    private static async Task<string?> MissingAsync(LedgerReader reader, FactoryPki pki, CancellationToken cancellation)
    {
        try
        {
            reader.Read(session => session.Number("SELECT 1"));
        }
        catch (DbException e)
        {
            return $"the ledger can't be reached: {e.Message}";
        }

        return (await pki.DeviceCaKey.CheckAsync(cancellation)).Problem;
    }
}

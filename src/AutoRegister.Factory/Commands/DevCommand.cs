using System.CommandLine;
using System.Net;
using AutoRegister.Core.Configuration;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Gateway;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.OAuth;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Policy;
using AutoRegister.Factory.Registration;
using AutoRegister.Factory.Storage;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory dev</c>: runs a factory for development: both ports over one ledger, until a signal. Read this to see what depends on what.</summary>
internal static class DevCommand
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("dev", "runs a factory for development: CAs, token and ledger are made at first start; until SIGTERM or SIGINT");
        DevOptions.AddTo(command);
        command.SetAction(async (parsed, _) => (int)await RunAsync(DevOptions.Read(parsed)));
        return command;
    }

    /// <summary>Runs the command; what is opened last is closed first, so requests finish while there is a ledger.</summary>
    private static async Task<ExitCode> RunAsync(DevOptions options)
    {
        using var stop = new StopSignals();
        TimeProvider clock = TimeProvider.System;
        RemoveReadyFile(options);

        using var data = DataDirectory.Open(options.Data);
        using FactoryPki pki = DevelopmentPki.Open(data, options.Factory, options.Host, clock.GetUtcNow());
        var token = ApiToken.Open(data, options.TokenFile);

        await using var log = new RequestLog(Console.Error);
        var ledger = new SqliteLedger(data[SqliteLedger.FileName]);
        ledger.Migrate();
        using var reader = new LedgerReader(ledger);
        await using var writer = new LedgerWriter(ledger);
        await using var refusals = new RefusalCounts(new RefusalAudit(writer, clock), clock);
        var devices = new DeviceRegistry(writer, refusals.Audit, clock);
        var oauth = new DeviceAuthorizations(writer, clock, options.OAuthExpiresIn, options.OAuthInterval);

        // The gateway first: the API's answers name its port.
        await using SecurePort gateway = await SecurePort.StartAsync(
            "gateway",
            new IPEndPoint(options.Address, options.GatewayPort),
            DeviceTls.Options(pki),
            PortLimits.Development,
            log,
            new GatewayEndpoints(options.Factory, new DeviceCertificates(writer, clock)).Map);
        Uri gatewayUrl = Url(options.Host, gateway.Number);

        var issuer = new CertificateIssuer(pki.DeviceCa, pki.DeviceCaKey);
        var claims = new CertificateClaims(writer, reader, clock, issuer.SignOwnAsync);
        await claims.FinishAllAsync(CancellationToken.None);
        var registrations = new RegistrationService(
            options.Factory, new SigningRequestReader(options.KeyTypes), devices, claims, new OpenPolicy(), pki, issuer.Template,
            new RegistrationAnswers(gatewayUrl, TimeSpan.FromDays(7300), SotaKeys.Standard), clock);
        await using SecurePort api = await SecurePort.StartAsync(
            "api",
            new IPEndPoint(options.Address, options.ApiPort),
            ServerTls.Options(pki),
            PortLimits.Development,
            log,
            routes =>
            {
                new RegistrationEndpoints(new TokenCheck(token, oauth), new AnybodyCheck(null), registrations, devices).Map(routes);
                new OAuthEndpoints(options.Factory, oauth, request => Url(options.Host, request.Connection.LocalPort)).Map(routes);
                new ApprovalEndpoints(oauth, new ApprovalPage(options.Factory)).Map(routes);
            });

        Announce(options, Describe(options.Factory, Url(options.Host, api.Number), gatewayUrl, data, token));
        Task first = await Task.WhenAny(stop.Task, writer.Completion);
        RemoveReadyFile(options);
        await first;
        return ExitCode.Success;
    }

    private static ReadyFile Describe(string factory, Uri api, Uri gateway, DataDirectory data, ApiToken token) => new()
    {
        Factory = factory,
        Api = new Uri(api, RegistrationEndpoints.Devices).AbsoluteUri,
        Sign = new Uri(api, RegistrationEndpoints.Sign).AbsoluteUri,
        Gateway = gateway.GetLeftPart(UriPartial.Authority),
        OAuth = new Uri(api, OAuthEndpoints.Base).AbsoluteUri,
        Approval = new Uri(api, ApprovalEndpoints.Path).AbsoluteUri,
        CaFile = data["root.crt"],
        TokenFile = token.FilePath,
    };

    private static void Announce(DevOptions options, ReadyFile ready)
    {
        ready.Print(Console.Out);
        if (options.ReadyFile is { } path)
        {
            ready.Write(path);
        }
    }

    // Also before it listens: whoever waits for the file must not find one of an earlier run.
    private static void RemoveReadyFile(DevOptions options)
    {
        if (options.ReadyFile is { } path)
        {
            File.Delete(path);
        }
    }

    private static Uri Url(string host, int port) => new UriBuilder(Uri.UriSchemeHttps, host, port).Uri;
}

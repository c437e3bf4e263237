using System.Net;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Gateway;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.OAuth;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Registration;
using AutoRegister.Factory.Storage;

namespace AutoRegister.Factory.Commands;

/// <summary>Runs a factory: both ports over one ledger, until a signal. Read this to see what depends on what.</summary>
internal static class ServeCommand
{
    /// <summary>Runs the command; what is opened last is closed first, so requests finish while there is a ledger.</summary>
    public static async Task<ExitCode> RunAsync(FactoryOptions options)
    {
        using var stop = new StopSignals();
        var clock = TimeProvider.System;
        RemoveReadyFile(options);

        using var data = DataDirectory.Open(options.Data);
        using var pki = DevelopmentPki.Open(data, options.Factory, options.Host, clock.GetUtcNow());
        var token = ApiToken.Open(data, options.TokenFile);

        await using var log = new RequestLog(Console.Error);
        var connection = LedgerFile.Open(data[LedgerFile.Name]);
        await using var writer = new LedgerWriter(connection);
        using var devices = new DeviceRegistry(writer, connection, clock);
        using var oauth = new DeviceAuthorizations(writer, connection, clock, options.OAuthExpiresIn, options.OAuthInterval);

        // The gateway first: the API's answers name its port.
        await using var gateway = await SecurePort.StartAsync(
            "gateway",
            new IPEndPoint(options.Address, options.GatewayPort),
            DeviceTls.Options(pki),
            log,
            new GatewayEndpoints(options.Factory, devices).Map);
        var gatewayUrl = Url(options.Host, gateway.Number);

        var registrations = new RegistrationService(
            options.Factory, new SigningRequestReader(options.KeyTypes), new DeviceCertificateIssuer(pki, clock), devices, pki, gatewayUrl);
        await using var api = await SecurePort.StartAsync(
            "api",
            new IPEndPoint(options.Address, options.ApiPort),
            ServerTls.Options(pki),
            log,
            routes =>
            {
                new RegistrationEndpoints(new TokenCheck(token, oauth), registrations).Map(routes);
                new OAuthEndpoints(options.Factory, oauth, request => Url(options.Host, request.Connection.LocalPort)).Map(routes);
                new ApprovalEndpoints(oauth, new ApprovalPage(options.Factory)).Map(routes);
            });

        Announce(options, Describe(options.Factory, Url(options.Host, api.Number), gatewayUrl, data, token));
        var first = await Task.WhenAny(stop.Task, writer.Completion);
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

    private static void Announce(FactoryOptions options, ReadyFile ready)
    {
        ready.Print(Console.Out);
        if (options.ReadyFile is { } path)
        {
            ready.Write(path);
        }
    }

    // Also before it listens: whoever waits for the file must not find one of an earlier run.
    private static void RemoveReadyFile(FactoryOptions options)
    {
        if (options.ReadyFile is { } path)
        {
            File.Delete(path);
        }
    }

    private static Uri Url(string host, int port) => new UriBuilder(Uri.UriSchemeHttps, host, port).Uri;
}

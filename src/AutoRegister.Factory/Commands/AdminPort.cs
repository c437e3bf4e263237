using AutoRegister.Factory.Admin;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Settings;

namespace AutoRegister.Factory.Commands;

/// <summary>The port for the line's screen and the metrics, with what feeds it; nothing at all where no address is configured.</summary>
internal sealed class AdminPort : IAsyncDisposable
{
    private static readonly TimeSpan ReadNumbersEvery = TimeSpan.FromSeconds(15);

    private readonly Stack<IAsyncDisposable> opened = [];

    private AdminPort()
    {
    }

    /// <summary>Opens it.</summary>
    /// <param name="problem">Why no device can be registered now; null when one can.</param>
    public static async Task<AdminPort> OpenAsync(
        CheckedSettings settings, FactoryPki pki, CertificateWatch watch, LedgerReader reader, LedgerWriter writer, RequestLog log,
        Func<CancellationToken, Task<string?>> problem, TimeProvider clock)
    {
        var port = new AdminPort();
        if (settings.AdminEndpoint is not { } endpoint)
        {
            return port;
        }

        var metrics = new MetricsEndpoint(settings.MetricsRanges);
        var gauges = new FactoryGauges(reader, clock, async cancellation => (await pki.DeviceCaKey.CheckAsync(cancellation)).Problem, () => watch.Ends);
        var sessions = new ScreenSessions(settings.AdminPasswordFile!, settings.WrongTokensPerMinute, clock);
        var line = new LineReader(reader, clock, problem, () => watch.Warnings);
        port.opened.Push(new Disposal(metrics, gauges, sessions, line));
        SecurePort https = await SecurePort.StartAsync("admin", endpoint, ServerTls.Options(pki), settings.PortLimits, log, routes =>
        {
            metrics.Map(routes);
            new ScreenEndpoints(sessions, line, writer, new ScreenPage(settings.Factory), clock).Map(routes);
        });
        port.opened.Push(https);
        port.opened.Push(new Repeated(ReadNumbersEvery, clock, gauges.UpdateAsync, Console.Error.WriteLine));
        Console.Error.WriteLine($"the line's screen is on port {https.Number}");
        return port;
    }

    /// <summary>Closes it, the last that was opened first.</summary>
    public async ValueTask DisposeAsync()
    {
        while (opened.TryPop(out IAsyncDisposable? next))
        {
            await next.DisposeAsync();
        }
    }

    private sealed class Disposal(params IDisposable[] all) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Array.ForEach(all, one => one.Dispose());
            return ValueTask.CompletedTask;
        }
    }
}

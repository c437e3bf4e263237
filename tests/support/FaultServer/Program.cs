using System.Globalization;
using System.Runtime.InteropServices;

namespace FaultServer;

/// <summary>The command line, for tests that are no .NET programs and for people.</summary>
internal static class Program
{
    private const string HelpText =
        """
        fault-server: a registration API that misbehaves, then passes requests on to a real one.

          fault-server --upstream URL --upstream-ca FILE --ready DIR [--script FAULT,FAULT,…] [--for S] [--port N]

          --upstream URL      the registration endpoint of a factory (lmp-factory prints it)
          --upstream-ca FILE  its root certificate
          --ready DIR         where 'api' (the URL), 'ca.pem' (whom to trust) and 'requests' (bodies, at the end) are written
          --script LIST       what goes wrong, in order; afterwards everything is fine
          --for SECONDS       how long the first of them happens to everyone; then it is over
        Faults of answers:
        """;

    private static async Task<int> Main(string[] args)
    {
        var given = args.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
        if (!given.TryGetValue("--upstream", out string? upstream) || !given.TryGetValue("--upstream-ca", out string? ca) || !given.TryGetValue("--ready", out string? ready))
        {
            Console.Error.WriteLine($"{HelpText}\n  {string.Join(' ', Faults.OfAnswers.Keys)}\nFaults of connections:\n  {string.Join(' ', Faults.OfConnections.Keys)}");
            return 64;
        }

        string[] script = given.GetValueOrDefault("--script", string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries);
        int port = int.Parse(given.GetValueOrDefault("--port", "0"), CultureInfo.InvariantCulture);
        var lasting = TimeSpan.FromSeconds(double.Parse(given.GetValueOrDefault("--for", "0"), CultureInfo.InvariantCulture));
        using var origin = new FactoryOrigin(new Uri(upstream), ca);
        await using var server = new FaultyServer(origin, script, port, lasting);
        Directory.CreateDirectory(ready);
        await File.WriteAllTextAsync(Path.Join(ready, "ca.pem"), server.CertificatePem);
        await File.WriteAllTextAsync(Path.Join(ready, "api.part"), server.Api.AbsoluteUri);
        File.Move(Path.Join(ready, "api.part"), Path.Join(ready, "api"), overwrite: true);

        var ended = new TaskCompletionSource();
        using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, ended));
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, ended));
        await ended.Task;
        await File.WriteAllLinesAsync(Path.Join(ready, "requests"), server.Requests);
        return 0;
    }

    private static void End(PosixSignalContext context, TaskCompletionSource ended)
    {
        context.Cancel = true;
        ended.TrySetResult();
    }
}

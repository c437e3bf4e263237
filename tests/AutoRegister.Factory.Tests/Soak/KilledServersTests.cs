using System.Text.Json.Nodes;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace AutoRegister.Factory.Tests.Soak;

/// <summary>Servers that are killed at random moments while devices register, and started again.</summary>
[Trait("Takes", "soak")]
public sealed class KilledServersTests(ITestOutputHelper output) : IDisposable
{
    private readonly FioctlFolder folder = new();

    [SoakFact]
    public async Task One_on_SQLite()
    {
        await using ServeProcess server = Server(out int port, ledger: null);
        await RunAsync([server], port, new SqliteLedger(Path.Combine(server.Home, "ledger.db")));
        string copy = Path.Combine(server.Home, "copy.db");
        await server.RunAsync("backup", "--to", copy);
        await server.RunAsync("restore", "--check", copy);
    }

    [SoakFact]
    public async Task One_on_PostgreSQL()
    {
        using var postgres = new PostgresServer();
        string database = postgres.NewDatabase();
        await using ServeProcess server = Server(out int port, database);
        await RunAsync([server], port, new PostgresLedger(database, null));
    }

    [SoakFact]
    public async Task One_of_two_on_one_PostgreSQL_behind_nginx()
    {
        using var postgres = new PostgresServer();
        string database = postgres.NewDatabase();
        await using ServeProcess one = Server(out int first, database);
        await using ServeProcess two = Server(out int second, database);
        using var proxy = new StreamProxy(first, second);
        await RunAsync([one, two], proxy.Port, new PostgresLedger(database, null));
    }

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();

    private ServeProcess Server(out int port, string? ledger)
    {
        int own = port = FreePort.Next();
        return new ServeProcess(
            settings =>
            {
                settings["Api"]!["Listen"] = $"127.0.0.1:{own}";
                if (ledger is not null)
                {
                    settings["Ledger"] = new JsonObject { ["Postgres"] = ledger };
                }
            },
            folder);
    }

    private async Task RunAsync(ServeProcess[] servers, int port, LedgerDatabase ledger)
    {
        string token = Path.Combine(servers[0].Home, "station-token");
        await servers[0].RunAsync("station", "add", "line-1", "--token-file", token, "--production");
        foreach (ServeProcess server in servers)
        {
            await server.StartAsync();
        }

        var aftermath = new Aftermath(ledger);
        var load = new RegistrationLoad(() => servers[0].Client(), new Uri($"https://{FioctlFolder.Host}:{port}/ota/devices/"), servers[0].Token);
        using var stop = new CancellationTokenSource();
        Task running = load.RunAsync(stop.Token);
        long left = 0L;
        for (int kill = 0; kill < SoakFactAttribute.Kills; kill++)
        {
            left += await KillAsync(servers[Random.Shared.Next(servers.Length)], load, aftermath);
        }

        await stop.CancelAsync();
        await running;
        long open = await aftermath.WaitForClaimsAsync();
        var complaints = aftermath.Complaints(load.Answered).ToList();
        string audit = await servers[0].RunAsync("audit", "verify");
        output.WriteLine(
            $"{SoakFactAttribute.Kills} kills: {load}; {left} claims were open after a kill, {open} are now; "
            + $"{aftermath.Devices} certificates in the ledger; {audit.Split(';')[0]}");
        Assert.Empty(load.Problems);
        Assert.Empty(complaints);
        Assert.Equal(0, open);
    }

    // The moment counts from when it listens: else most kills would come while it starts.
    private static async Task<long> KillAsync(ServeProcess server, RegistrationLoad load, Aftermath aftermath)
    {
        int answered = load.Answered.Count;
        await server.WaitAsync(() => load.Answered.Count > answered, "answers devices");
        await Task.Delay(Random.Shared.Next(2000));
        Assert.True(load.UnderWay > 0, "no request is under way");
        server.Kill();
        await server.EndAsync();
        DateTimeOffset killed = DateTimeOffset.UtcNow;
        await server.StartAsync();
        return aftermath.OpenClaims(killed);
    }
}

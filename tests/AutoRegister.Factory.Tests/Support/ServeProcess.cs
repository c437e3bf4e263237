using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>A real <c>lmp-factory serve</c> in a process of its own, on free ports of loopback, over a folder of <c>fioctl keys ca</c> and SQLite.</summary>
internal sealed partial class ServeProcess : IAsyncDisposable
{
    private const int TerminationSignal = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StringBuilder said = new();
    private readonly bool ownsFolder;
    private Process? process;

    /// <summary>Writes the configuration; nothing runs yet.</summary>
    /// <param name="change">Changes the usual configuration.</param>
    public ServeProcess(Action<JsonObject>? change = null, FioctlFolder? folder = null)
    {
        ownsFolder = folder is null;
        Folder = folder ?? new FioctlFolder();
        Home = Directory.CreateTempSubdirectory("lmp-factory-serve-").FullName;
        var settings = new JsonObject
        {
            ["Factory"] = FactoryProcess.FactoryName,
            ["Pki"] = new JsonObject { ["Directory"] = Folder.Path },
            ["Ledger"] = new JsonObject { ["Sqlite"] = Path.Combine(Home, "ledger.db") },
            ["Api"] = new JsonObject { ["Listen"] = "127.0.0.1:0", ["Host"] = FioctlFolder.Host, ["DrainSeconds"] = 0 },
            ["Devices"] = new JsonObject { ["Admission"] = "Stations", ["Gateway"] = $"https://{FioctlFolder.GatewayHost}:8443" },
        };
        change?.Invoke(settings);
        Config = Path.Combine(Home, "factory.json");
        File.WriteAllText(Config, settings.ToJsonString());
    }

    /// <summary>Where its PKI is.</summary>
    public FioctlFolder Folder { get; }

    /// <summary>A directory for its ledger and whatever else a test has.</summary>
    public string Home { get; }

    /// <summary>Its configuration.</summary>
    public string Config { get; }

    /// <summary>Variables that it is started with besides ours.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>A station's token.</summary>
    public string Token => File.ReadAllText(Path.Combine(Home, "station-token")).Trim();

    /// <summary>All it has written so far.</summary>
    public string Output
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    /// <summary>The registration URL.</summary>
    public Uri Registration => new($"https://{FioctlFolder.Host}:{Port(ApiPort())}/ota/devices/");

    /// <summary>The line's screen.</summary>
    public Uri Screen => new($"https://{FioctlFolder.Host}:{Port(ScreenPort())}/");

    /// <summary>What <c>ESTSERVER</c> is in a rotation's configuration.</summary>
    public Uri Est => new($"https://{FioctlFolder.Host}:{Port(EstPort())}/.well-known/est");

    /// <summary>Another path of the registration port.</summary>
    public Uri Api(string path) => new(Registration, path);

    /// <summary>Starts it with a station <c>line-1</c>, and waits until it listens.</summary>
    public static async Task<ServeProcess> StartAsync(Action<JsonObject>? change = null)
    {
        var server = new ServeProcess(change);
        await server.RunAsync("station", "add", "line-1", "--token-file", Path.Combine(server.Home, "station-token"), "--production");
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it, or starts it again over what an earlier one left.</summary>
    public async Task StartAsync()
    {
        lock (said)
        {
            said.Clear();
        }

        ProcessStartInfo start = FactoryCommand.For("serve", "--config", Config);
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += Collect;
        process.ErrorDataReceived += Collect;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await WaitAsync(() => ApiPort().IsMatch(Output) || process.HasExited, "listens");
        if (process.HasExited)
        {
            throw new InvalidOperationException(Output);
        }
    }

    /// <summary>Runs another command over its configuration; what it prints.</summary>
    public async Task<string> RunAsync(params string[] args)
    {
        (int exitCode, string? output, string? error) = await FactoryCommand.RunAsync([.. args, "--config", Config]);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', args)}: {exitCode} {error}");
    }

    /// <summary>A client that trusts the factory's root, and finds the server's name on loopback.</summary>
    /// <param name="certificate">What it shows to whoever asks.</param>
    public HttpClient Client(X509Certificate2? certificate = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectCallback = ConnectAsync };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Folder["factory_ca.pem"]) },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        if (certificate is not null)
        {
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        return new HttpClient(handler) { Timeout = Patience };
    }

    /// <summary>Registers a device by the station.</summary>
    public async Task<HttpResponseMessage> RegisterAsync(HttpClient client, TestDevice device) =>
        await client.PostAsync(Registration, device.Body(), ("OSF-TOKEN", Token));

    /// <summary>SIGTERM.</summary>
    public void Terminate() => _ = SendSignal(process!.Id, TerminationSignal);

    /// <summary>SIGKILL.</summary>
    public void Kill() => process!.Kill();

    /// <summary>Waits for its end; the exit code.</summary>
    public async Task<int> EndAsync()
    {
        await process!.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode;
    }

    /// <summary>Waits until something is so.</summary>
    public async Task WaitAsync(Func<bool> isSo, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!isSo())
        {
            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"{what}: not so after {Patience.TotalSeconds} s\n{Output}");
            }

            await Task.Delay(50);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            Terminate();
            await EndAsync();
        }

        process?.Dispose();
        Directory.Delete(Home, recursive: true);
        if (ownsFolder)
        {
            Folder.Dispose();
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", context.DnsEndPoint.Port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private string Port(Regex line) => line.Match(Output).Groups[1].Value;

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (said)
        {
            said.AppendLine(line.Data);
        }
    }

    [GeneratedRegex(@"serves acme on port (\d+)")]
    private static partial Regex ApiPort();

    [GeneratedRegex(@"renew their certificates on port (\d+)")]
    private static partial Regex EstPort();

    [GeneratedRegex(@"screen is on port (\d+)")]
    private static partial Regex ScreenPort();

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int processId, int signal);
}

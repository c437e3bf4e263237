using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>
/// A real lmp-factory in a process of its own, on free ports, over a data directory that outlives it: start, wait until
/// it listens, use, stop or kill, start again over the same data.
/// </summary>
public sealed class FactoryProcess : FactoryEndpoints, IAsyncDisposable
{
    private const int TerminationSignal = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly bool ownsData;

    private FactoryProcess(Process process, string data, bool ownsData)
    {
        this.process = process;
        this.ownsData = ownsData;
        Data = data;
    }

    /// <summary>The factory's name in all tests.</summary>
    public const string FactoryName = "acme";

    /// <summary>Its data directory.</summary>
    public string Data { get; }

    /// <summary>All it has written to stdout and stderr so far.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>Starts a factory and waits until it listens.</summary>
    public static Task<FactoryProcess> StartAsync(params string[] options) =>
        StartAsync(NewDataDirectory(), ownsData: true, options);

    /// <summary>Starts a factory over data that an earlier one left.</summary>
    public static Task<FactoryProcess> StartOverAsync(string data, params string[] options) =>
        StartAsync(data, ownsData: false, options);

    /// <summary>A path for a data directory that is not there yet.</summary>
    public static string NewDataDirectory() => Path.Combine(Directory.CreateTempSubdirectory("lmp-factory-").FullName, "data");

    /// <summary>The devices in the ledger, from <c>lmp-factory devices list --json</c>.</summary>
    public async Task<List<JsonElement>> ListAsync()
    {
        (int exitCode, string? json, string? error) = await FactoryCommand.RunAsync("devices", "list", "--data", Data, "--json");
        return exitCode == 0
            ? [.. JsonDocument.Parse(json).RootElement.EnumerateArray()]
            : throw new InvalidOperationException(error);
    }

    /// <summary>SIGKILL: no chance to tidy up.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!process.HasExited)
        {
            _ = SendSignal(process.Id, TerminationSignal);
        }

        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process.Dispose();
        if (ownsData)
        {
            Directory.Delete(Path.GetDirectoryName(Data)!, recursive: true);
        }
    }

    private static async Task<FactoryProcess> StartAsync(string data, bool ownsData, string[] options)
    {
        string readyFile = Path.Combine(Path.GetDirectoryName(data)!, "ready.json");
        Process started = Process.Start(FactoryCommand.For(["dev", "--data", data, "--factory", FactoryName, "--ready-file", readyFile, .. options]))!;
        var factory = new FactoryProcess(started, data, ownsData);
        started.OutputDataReceived += factory.Collect;
        started.ErrorDataReceived += factory.Collect;
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();

        var waited = Stopwatch.StartNew();
        // A killed factory leaves its ready-file: only one that names this process counts.
        JsonElement ready;
        while (!TryRead(readyFile, started.Id, out ready))
        {
            if (started.HasExited || waited.Elapsed > Patience)
            {
                started.Kill();
                throw new InvalidOperationException($"lmp-factory did not get ready:\n{factory.Output}");
            }

            await Task.Delay(20);
        }

        factory.Ready = ready;
        return factory;
    }

    private static bool TryRead(string path, int processId, out JsonElement ready)
    {
        ready = default;
        try
        {
            ready = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
            return ready.GetProperty("pid").GetInt32() == processId;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (output)
        {
            output.AppendLine(line.Data);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int processId, int signal);
}

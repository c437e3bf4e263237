using System.Diagnostics;
using System.Text.Json;

namespace CrashRig.Sweep;

/// <summary>A factory that runs as long as a sweep, and its ledger.</summary>
internal sealed class LocalFactory : IDisposable
{
    private readonly string program;
    private readonly string data;
    private readonly Process process;

    /// <summary>Starts a factory on free ports and waits until it listens.</summary>
    internal LocalFactory(string program, string data)
    {
        this.program = program;
        this.data = data;
        string ready = data + ".ready";
        File.Delete(ready);
        process = ProcessRun.Start(program, ["dev", "--data", data, "--factory", "acme", "--ready-file", ready]);
        // Nobody reads what it says; an unread pipe would stop it once it is full.
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        while (!File.Exists(ready))
        {
            if (process.HasExited)
            {
                throw new IOException($"The factory ended with exit code {process.ExitCode}.");
            }

            Thread.Sleep(20);
        }

        using var document = JsonDocument.Parse(File.ReadAllText(ready));
        Api = document.RootElement.GetProperty("api").GetString()!;
        Gateway = document.RootElement.GetProperty("gateway").GetString()!;
        CaFile = document.RootElement.GetProperty("caFile").GetString()!;
        Token = File.ReadAllText(document.RootElement.GetProperty("tokenFile").GetString()!).Trim();
    }

    internal string Api { get; }

    internal string Gateway { get; }

    internal string CaFile { get; }

    internal string Token { get; }

    /// <summary>The UUIDs in the ledger.</summary>
    internal List<string> Devices()
    {
        var list = ProcessRun.Run(program, ["devices", "list", "--data", data, "--json"]);
        using var document = JsonDocument.Parse(list.Output);
        return [.. document.RootElement.EnumerateArray().Select(device => device.GetProperty("uuid").GetString()!)];
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}

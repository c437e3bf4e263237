using System.Net;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Attacks;

/// <summary>One server that several tests attack: with a station <c>line-1</c> that may do anything, and with <c>/sign</c> for 127.0.0.1.</summary>
public sealed class AttackedServer : IAsyncLifetime
{
    internal ServeProcess Process { get; private set; } = null!;

    /// <summary>A client on 127.0.0.1.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Process = await ServeProcess.StartAsync(settings => settings["Api"]!["SignAddresses"] = new JsonArray("127.0.0.1"));
        Client = Process.Client();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }

    /// <summary>Adds a station; its token.</summary>
    public async Task<string> StationAsync(string name, params string[] rights)
    {
        string file = Path.Combine(Process.Home, $"token-{name}");
        await Process.RunAsync(["station", "add", name, "--token-file", file, .. rights]);
        return (await File.ReadAllTextAsync(file)).Trim();
    }

    /// <summary>Sends a registration with a token; what it is answered.</summary>
    public async Task<(HttpStatusCode Status, string Text)> RegisterAsync(JsonNode body, string? token = null)
    {
        using HttpResponseMessage response = await Client.PostAsync(Process.Registration, body, ("OSF-TOKEN", token ?? Process.Token));
        return (response.StatusCode, await response.TextAsync());
    }

    /// <summary>Registers a new device, as anybody must be able to while a server is attacked.</summary>
    public async Task<JsonNode> RegisterAsync(TestDevice device)
    {
        (HttpStatusCode status, string? text) = await RegisterAsync(device.Body());
        Assert.True(status == HttpStatusCode.Created, $"{status} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>How often a device is in the ledger.</summary>
    public async Task<int> CountAsync(string uuid) =>
        JsonNode.Parse(await Process.RunAsync("devices", "list", "--json"))!.AsArray().Count(device => device!.ToJsonString().Contains(uuid, StringComparison.OrdinalIgnoreCase));

    /// <summary>How many rows the audit has.</summary>
    public async Task<int> AuditRowsAsync() => (await Process.RunAsync("audit", "export")).Count(character => character == '\n');
}

using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Est;

/// <summary>One server with a port for renewals and its gateway entered, for all tests that need no other.</summary>
public sealed class RenewingServer : IAsyncLifetime
{
    /// <summary>The tests that share it.</summary>
    public const string Collection = "renewing server";

    internal ServeProcess Server { get; private set; } = null!;

    internal string GatewayToken => File.ReadAllText(Path.Combine(Server.Home, "gateway-token")).Trim();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Server = await ServeProcess.StartAsync(settings => settings["Est"] = new JsonObject { ["Listen"] = "127.0.0.1:0" });
        await Server.RunAsync("station", "add", "gateway", "--gateway", "--token-file", Path.Combine(Server.Home, "gateway-token"));
    }

    /// <inheritdoc/>
    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A renewal that is refused with a reason that has these words.</summary>
    internal async Task RefusedAsync(RotatingDevice device, HttpStatusCode status, string why, string? body = null)
    {
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using HttpResponseMessage answer = await device.SendAsync(Server, body ?? RotatingDevice.Request(device.Current.SubjectName, next));
        string text = await answer.TextAsync();
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode} {text}");
        Assert.Contains(why, text, StringComparison.Ordinal);
    }

    /// <summary>Reports a serial number as the gateway.</summary>
    internal async Task<HttpStatusCode> SeenAsync(string serial)
    {
        using HttpClient client = Server.Client();
        using HttpResponseMessage answer = await client.PostAsync(Server.Api("/gateway/seen"), $$"""{"serial":"{{serial}}"}""", "application/json", ("OSF-TOKEN", GatewayToken));
        return answer.StatusCode;
    }

    /// <summary>Asks with a token.</summary>
    internal async Task<HttpResponseMessage> GetAsync(string path, string token)
    {
        using HttpClient client = Server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, Server.Api(path));
        request.Headers.Add("OSF-TOKEN", token);
        return await client.SendAsync(request);
    }

    /// <summary>The rows of the audit about a device.</summary>
    internal async Task<List<JsonElement>> AuditAsync(string uuid) => [..
        (await Server.RunAsync("audit", "export")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(row => row.TryGetProperty("uuid", out JsonElement of) && of.GetString() == uuid)];
}

/// <summary>They run one after the other.</summary>
[CollectionDefinition(RenewingServer.Collection)]
public sealed class RenewingTests : ICollectionFixture<RenewingServer>;

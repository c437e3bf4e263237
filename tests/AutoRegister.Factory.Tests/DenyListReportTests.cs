using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>Revocations that are told to a receiver over HTTPS: each once it is there, whatever happens to the server in between.</summary>
public sealed class DenyListReportTests : IAsyncLifetime
{
    private const string Token = "a-token-of-the-gateway";
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("denied-");
    private ReceiverServer gateway = null!;
    private ServeProcess server = null!;

    public async Task InitializeAsync()
    {
        gateway = await ReceiverServer.StartAsync();
        server = await ServeProcess.StartAsync(settings => settings["DenyList"] = new JsonObject
        {
            ["Url"] = gateway.Base("denied"), ["TokenFile"] = Secret("token", Token), ["CaFile"] = Secret("ca", gateway.RootPem),
        });
    }

    [Fact]
    public async Task A_device_that_is_revoked_while_nobody_takes_it_is_told_after_a_restart()
    {
        gateway.Answer = context => ReceiverServer.RespondAsync(context, 503, "", retryAfter: 1);
        using var device = new TestDevice();
        using var other = new TestDevice();
        using HttpClient client = server.Client();
        (await server.RegisterAsync(client, device)).Dispose();
        (await server.RegisterAsync(client, other)).Dispose();
        await server.RunAsync("devices", "revoke", device.Uuid, "--reason", "stolen");
        await server.WaitAsync(() => !gateway.Requests.IsEmpty, "the gateway was asked");
        server.Kill();
        await server.EndAsync();

        // And one while no server runs.
        await server.RunAsync("devices", "revoke", other.Uuid, "--reason", "lost");
        gateway.Answer = context => ReceiverServer.RespondAsync(context, 204, "");
        int before = gateway.Requests.Count;
        await server.StartAsync();
        await server.WaitAsync(() => gateway.Requests.Skip(before).Any(report => report.Path == $"/denied/{other.Uuid}"), "the gateway was told of the second");
        ReceivedReport told = gateway.Requests.First(report => report.Path == $"/denied/{other.Uuid}");
        Assert.Equal($"Bearer {Token}", told.Token);
        JsonNode listed = Assert.Single(
            JsonNode.Parse(await server.RunAsync("devices", "denylist"))!["devices"]!.AsArray(), entry => entry!["uuid"]!.GetValue<string>() == other.Uuid)!;
        Assert.Equal(listed.ToJsonString(), told.Body.ToJsonString());
        Assert.Equal("lost", told.Body["reason"]!.GetValue<string>());
        Assert.DoesNotContain(Token, server.Output, StringComparison.Ordinal);

        // The first is the dead server's for three minutes: it was taken, and not answered. It waits, and is not forgotten.
        JsonNode[] waiting = [.. JsonNode.Parse(await server.RunAsync("outbox", "list", "--json"))!.AsArray().Select(message => message!)];
        Assert.True(
            gateway.Requests.Skip(before).Any(report => report.Path == $"/denied/{device.Uuid}")
            || waiting.Any(message => message["uuid"]!.GetValue<string>() == device.Uuid && message["state"]!.GetValue<string>() == "waiting"), server.Output);
    }

    [Fact]
    public async Task A_receiver_that_says_no_is_shown_to_a_person()
    {
        gateway.Answer = context => ReceiverServer.RespondAsync(context, 400, "what is this?");
        using var device = new TestDevice();
        using HttpClient client = server.Client();
        (await server.RegisterAsync(client, device)).Dispose();
        await server.RunAsync("devices", "revoke", device.Uuid, "--reason", "stolen");
        await server.WaitAsync(() => !gateway.Requests.IsEmpty, "the gateway was asked");
        string listed = "";
        for (int i = 0; i < 60 && !listed.Contains("what is this?", StringComparison.Ordinal); i++)
        {
            await Task.Delay(250);
            listed = await server.RunAsync("outbox", "list");
        }

        Assert.Contains("denied device", listed, StringComparison.Ordinal);
        Assert.Contains("HTTP 400: what is this?", listed, StringComparison.Ordinal);
        Assert.Contains("take revocation", await server.RunAsync("audit", "export"), StringComparison.Ordinal);
        Assert.Single(gateway.Requests);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await gateway.DisposeAsync();
        home.Delete(recursive: true);
    }

    private string Secret(string name, string content)
    {
        string path = Path.Combine(home.FullName, name);
        File.WriteAllText(path, content + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}

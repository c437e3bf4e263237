using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Reports;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>Reports to Foundries.io: each device's, once, whatever happens on the way, and never in front of a device.</summary>
public sealed class OutboxTests : IAsyncLifetime
{
    private const string ApiToken = "a-token-that-must-not-be-seen";
    private ReceiverServer foundries = null!;
    private ServeProcess server = null!;

    public async Task InitializeAsync()
    {
        foundries = await ReceiverServer.StartAsync();
        server = await ServeProcess.StartAsync(settings => settings["Foundries"] = new JsonObject
        {
            ["Url"] = foundries.Url, ["TokenFile"] = Secret("foundries-token", ApiToken), ["CaFile"] = Secret("foundries-ca", foundries.RootPem),
        });
    }

    [Fact]
    public async Task A_device_is_reported_with_certificate_name_and_group()
    {
        JsonObject answer = await RegisterAsync();
        await server.WaitAsync(() => !foundries.Requests.IsEmpty, "the report came");
        (DateTimeOffset _, string path, string token, JsonObject body) = Assert.Single(foundries.Requests);
        Assert.Equal(("/ota/devices/", ApiToken), (path, token));
        Assert.Equal(answer["client.pem"]!.GetValue<string>(), body["client.pem"]!.GetValue<string>());
        Assert.Equal(["client.pem", "name"], body.Select(field => field.Key));
        await WaitForEmptyAsync();
        Assert.DoesNotContain(ApiToken, server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conflict_stays_for_a_person_who_can_have_it_sent_again()
    {
        foundries.Answer = context => ReceiverServer.RespondAsync(context, 409, "A device with that\nname exists");
        await RegisterAsync();
        await WaitForAsync("refused");
        JsonElement refused = Assert.Single(await ListAsync());
        Assert.Equal("HTTP 409: A device with that name exists", refused.GetProperty("answer").GetString());
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Single(foundries.Requests);

        foundries.Answer = context => ReceiverServer.RespondAsync(context, 201, "{}");
        await server.RunAsync("outbox", "retry", refused.GetProperty("number").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture));
        await WaitForEmptyAsync();
        Assert.Equal(2, foundries.Requests.Count);
        Assert.Contains("retry outbox", await server.RunAsync("audit", "export"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_After_is_obeyed_and_holds_back_all_reports()
    {
        bool first = true;
        foundries.Answer = context =>
        {
            int status = first ? 429 : 201;
            first = false;
            return ReceiverServer.RespondAsync(context, status, "", 6);
        };
        await RegisterAsync();
        await server.WaitAsync(() => !foundries.Requests.IsEmpty, "the first report came");
        await RegisterAsync();
        await WaitForEmptyAsync();
        DateTimeOffset[] times = foundries.Requests.Select(request => request.Time).ToArray();
        Assert.Equal(3, times.Length);
        Assert.True(times[1] - times[0] >= TimeSpan.FromSeconds(6), $"{times[1] - times[0]}");
    }

    [Fact]
    public async Task A_server_that_hangs_delays_no_device_and_its_report_survives_a_restart()
    {
        var hang = new TaskCompletionSource();
        foundries.Answer = _ => hang.Task;
        await RegisterAsync();
        await server.WaitAsync(() => !foundries.Requests.IsEmpty, "the report came");
        long begin = TimeProvider.System.GetTimestamp();
        await RegisterAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(begin) < TimeSpan.FromSeconds(5));
        server.Kill();
        await server.EndAsync();
        hang.SetResult();
        foundries.Answer = context => ReceiverServer.RespondAsync(context, 201, "{}");
        Assert.Equal(2, (await ListAsync()).Count(message => message.GetProperty("state").GetString() == "waiting"));
        await server.StartAsync();
        // The one that was under way is its taker's for three minutes; the other one goes at once.
        await server.WaitAsync(() => foundries.Requests.Select(request => request.Body["name"]!.GetValue<string>()).Distinct().Count() == 2, "the other report came");
    }

    [Fact]
    public async Task A_wrong_token_is_waited_out_and_a_new_one_needs_no_restart()
    {
        foundries.Answer = context => ReceiverServer.RespondAsync(context, context.Request.Headers["OSF-TOKEN"] == "good" ? 201 : 401, "");
        await RegisterAsync();
        await server.WaitAsync(() => !foundries.Requests.IsEmpty, "the report came");
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(tokenFile)!, "foundries-token"), "good\n");
        await WaitForEmptyAsync();
        Assert.Equal("good", foundries.Requests.Last().Token);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(5, 80)]
    [InlineData(40, 3600)]
    public void Each_attempt_waits_twice_as_long_up_to_an_hour(long attempts, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ReportSender.DelayAfter(attempts));

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await foundries.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(tokenFile)!, recursive: true);
    }

    private readonly string tokenFile = Path.Combine(Directory.CreateTempSubdirectory("foundries-").FullName, "foundries-token");

    private string Secret(string name, string content)
    {
        string path = Path.Combine(Path.GetDirectoryName(tokenFile)!, name);
        File.WriteAllText(path, content + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private async Task<JsonObject> RegisterAsync()
    {
        using HttpClient client = server.Client();
        using var device = new TestDevice();
        using HttpResponseMessage response = await server.RegisterAsync(client, device);
        string text = await response.TextAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task<List<JsonElement>> ListAsync() =>
        [.. JsonDocument.Parse(await server.RunAsync("outbox", "list", "--json")).RootElement.EnumerateArray()];

    private Task WaitForEmptyAsync() => WaitForAsync(null);

    private async Task WaitForAsync(string? state)
    {
        for (int i = 0; i < 60; i++)
        {
            List<JsonElement> messages = await ListAsync();
            if (state is null ? messages.Count == 0 : messages.Any(message => message.GetProperty("state").GetString() == state))
            {
                return;
            }

            await Task.Delay(500);
        }

        Assert.Fail($"no message is {state ?? "gone"}: {await server.RunAsync("outbox", "list")}");
    }
}

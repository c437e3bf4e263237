using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

[Collection(SharedFactoryTests.Name)]
public sealed class IdempotencyTests(SharedFactory shared)
{
    private readonly FactoryProcess factory = shared.Process;
    private readonly HttpClient client = shared.Client;

    [Fact]
    public async Task The_same_request_again_gets_the_same_files()
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        using HttpResponseMessage first = await client.RegisterAsync(factory, body);
        using HttpResponseMessage second = await client.RegisterAsync(factory, body);
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(await first.TextAsync(), await second.TextAsync());
        Assert.Equal(2, (await EntryAsync(device)).GetProperty("registrations").GetInt64());
    }

    [Fact]
    public async Task Another_CSR_of_the_same_key_gets_the_same_files()
    {
        using var device = new TestDevice();
        using HttpResponseMessage first = await client.RegisterAsync(factory, device.Body());
        using HttpResponseMessage second = await client.RegisterAsync(factory, device.Body());
        Assert.Equal(await first.TextAsync(), await second.TextAsync());
    }

    [Fact]
    public async Task Another_key_for_a_uuid_is_a_conflict_in_either_case_of_its_digits()
    {
        using var device = new TestDevice { Uuid = "abcdef01-" + Guid.NewGuid().ToString()[9..] };
        (await client.RegisterAsync(factory, device.Body())).Dispose();
        using var thief = new TestDevice { Uuid = device.Uuid };
        await ConflictsAsync(thief.Body(), "uuid");

        // The same digits would be the same serial number.
        using var shouting = new TestDevice { Uuid = device.Uuid.ToUpperInvariant() };
        JsonObject body = shouting.Body();
        body["name"] = "another name " + device.Uuid;
        await ConflictsAsync(body, "uuid");
    }

    [Fact]
    public async Task A_name_that_is_taken_is_a_conflict_about_the_name()
    {
        using var device = new TestDevice();
        (await client.RegisterAsync(factory, device.Body())).Dispose();
        using var other = new TestDevice();
        JsonObject body = other.Body();
        body["name"] = device.Uuid;
        await ConflictsAsync(body, "name");
        Assert.DoesNotContain(await factory.ListAsync(), entry => entry.GetProperty("uuid").GetString() == other.Uuid);
    }

    [Fact]
    public async Task The_same_request_under_another_name_is_a_conflict()
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        (await client.RegisterAsync(factory, body)).Dispose();
        body["name"] = "renamed " + device.Uuid;
        await ConflictsAsync(body, "uuid");
    }

    [Fact]
    public async Task Simultaneous_identical_requests_make_one_device_with_one_certificate()
    {
        using var device = new TestDevice();
        string body = device.Body().ToJsonString();
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ =>
            client.PostAsync(factory.Api, body, "application/json", ("OSF-TOKEN", factory.Token))));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        string[] texts = await Task.WhenAll(answers.Select(answer => answer.TextAsync()));
        Assert.Single(texts.Distinct());
        Assert.Equal(24, (await EntryAsync(device)).GetProperty("registrations").GetInt64());
    }

    [Fact]
    public async Task Of_simultaneous_requests_for_one_uuid_or_one_name_one_wins()
    {
        string uuid = Guid.NewGuid().ToString();
        IEnumerable<JsonObject> sameUuid = Enumerable.Range(0, 12).Select(_ => new TestDevice { Uuid = uuid }.Body());
        Assert.Equal(1, await WinnersAsync(sameUuid));

        IEnumerable<JsonObject> sameName = Enumerable.Range(0, 12).Select(_ =>
        {
            JsonObject body = new TestDevice().Body();
            body["name"] = "wanted " + uuid;
            return body;
        });
        Assert.Equal(1, await WinnersAsync(sameName));
    }

    private async Task<int> WinnersAsync(IEnumerable<JsonObject> bodies)
    {
        HttpResponseMessage[] answers = await Task.WhenAll(bodies.Select(body => client.RegisterAsync(factory, body)));
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict));
        return answers.Count(answer => answer.StatusCode == HttpStatusCode.Created);
    }

    private async Task ConflictsAsync(JsonObject body, string about)
    {
        using HttpResponseMessage response = await client.RegisterAsync(factory, body);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Contains($"with the {about} ", await response.JsonAsync("error"), StringComparison.Ordinal);
    }

    private async Task<JsonElement> EntryAsync(TestDevice device) =>
        Assert.Single(await factory.ListAsync(), entry => entry.GetProperty("uuid").GetString() == device.Uuid);
}

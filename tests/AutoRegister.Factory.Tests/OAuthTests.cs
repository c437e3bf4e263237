using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

[Collection(SharedFactoryTests.Name)]
public sealed class OAuthTests(SharedFactory shared)
{
    private readonly FactoryProcess factory = shared.Process;
    private readonly HttpClient client = shared.Client;

    [Fact]
    public async Task A_device_that_a_person_approves_can_register_itself_and_nothing_else()
    {
        using var device = new TestDevice();
        OAuthDevice grant = await OAuthDevice.StartAsync(client, factory, device.Uuid);
        Assert.Equal("authorization_pending", await grant.PollErrorAsync(client, factory));
        using (HttpResponseMessage page = await new Person(client).DecideAsync(grant.CompleteUri, "approve"))
        {
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }

        using HttpResponseMessage answer = await grant.PollAsync(client, factory);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        JsonElement token = await answer.JsonAsync();
        Assert.Equal("bearer", token.GetProperty("token_type").GetString());
        Assert.Equal("acme:devices:create", token.GetProperty("scope").GetString());
        Assert.Equal("invalid_grant", await grant.PollErrorAsync(client, factory));

        (string, string) header = ("Authorization", "Bearer " + Convert.ToBase64String(Encoding.UTF8.GetBytes(token.GetProperty("access_token").GetString()!)));
        using var other = new TestDevice();
        using HttpResponseMessage refused = await client.PostAsync(factory.Api, other.Body(), header);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        // Twice: a device whose answer got lost sends its request again.
        JsonObject body = device.Body();
        using HttpResponseMessage first = await client.PostAsync(factory.Api, body, header);
        using HttpResponseMessage second = await client.PostAsync(factory.Api, body, header);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(await first.TextAsync(), await second.TextAsync());
    }

    [Fact]
    public async Task A_device_that_a_person_denies_is_told_so()
    {
        OAuthDevice grant = await OAuthDevice.StartAsync(client, factory, Guid.NewGuid().ToString());
        (await new Person(client).DecideAsync(grant.CompleteUri, "deny")).Dispose();
        Assert.Equal("access_denied", await grant.PollErrorAsync(client, factory));
    }

    [Fact]
    public async Task The_authorization_answer_has_all_a_device_shows()
    {
        using HttpResponseMessage response = await OAuthDevice.PostFormAsync(
            client, factory.OAuth + "/authorization/device/", ("client_id", Guid.NewGuid().ToString()), ("scope", "acme:devices:create"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        JsonElement answer = await response.JsonAsync();
        Assert.Matches("^[B-Z]{4}-[B-Z]{4}$", answer.GetProperty("user_code").GetString());
        Assert.Equal(factory.Approval.AbsoluteUri, answer.GetProperty("verification_uri").GetString());
        Assert.Equal(
            $"{factory.Approval}?user_code={answer.GetProperty("user_code")}", answer.GetProperty("verification_uri_complete").GetString());
        Assert.Equal(900, answer.GetProperty("expires_in").GetInt32());
        Assert.Equal(JsonValueKind.Number, answer.GetProperty("interval").ValueKind);
    }

    [Theory]
    [InlineData("not-a-uuid", "acme:devices:create", "invalid_request")]
    [InlineData("", "acme:devices:create", "invalid_request")]
    [InlineData("11111111-2222-4333-8444-555555555555", "other:devices:create", "invalid_scope")]
    [InlineData("11111111-2222-4333-8444-555555555555", "acme:devices:create acme:targets:read", "invalid_scope")]
    [InlineData("11111111-2222-4333-8444-555555555555", "", "invalid_scope")]
    public async Task A_bad_authorization_request_gets_the_RFC_s_error(string clientId, string scope, string error)
    {
        using HttpResponseMessage response = await OAuthDevice.PostFormAsync(
            client, factory.OAuth + "/authorization/device/", ("client_id", clientId), ("scope", scope));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(error, await response.JsonAsync("error"));
    }

    [Fact]
    public async Task A_bad_token_request_gets_the_RFC_s_error()
    {
        OAuthDevice grant = await OAuthDevice.StartAsync(client, factory, Guid.NewGuid().ToString());
        Assert.Equal("invalid_grant", await (grant with { DeviceCode = "wrong" }).PollErrorAsync(client, factory));
        Assert.Equal("invalid_grant", await (grant with { Uuid = Guid.NewGuid().ToString() }).PollErrorAsync(client, factory));
        using HttpResponseMessage otherType = await OAuthDevice.PostFormAsync(
            client, factory.OAuth + "/token/", ("grant_type", "password"), ("device_code", grant.DeviceCode), ("client_id", grant.Uuid));
        Assert.Equal("unsupported_grant_type", await otherType.JsonAsync("error"));
        using HttpResponseMessage nothing = await client.PostAsync(new Uri(factory.OAuth + "/token/"), "{}", "application/json");
        Assert.Equal("invalid_request", await nothing.JsonAsync("error"));
    }
}

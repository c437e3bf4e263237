using System.Net;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>By what right a request is made, and that nothing travels that was not meant to.</summary>
public sealed class RequestHeadersTests : IDisposable
{
    private readonly List<(string Method, WebHeaderCollection Headers, string Body)> received = [];
    private readonly Secret token = Secret.FromUtf8("token"u8);
    private readonly RegistrationClient client = new();
    private readonly PlainServer server;

    public RequestHeadersTests() => server = new PlainServer(async context =>
    {
        using var body = new StreamReader(context.Request.InputStream);
        received.Add((context.Request.HttpMethod, new WebHeaderCollection { context.Request.Headers }, await body.ReadToEndAsync()));
        context.Response.Headers["Set-Cookie"] = "session=1; Path=/";
        await PlainServer.SayAsync(context, context.Request.RawUrl == "/form" ? 200 : 201, "{}");
    });

    [Fact]
    public async Task An_api_token_travels_in_the_header_that_is_configured()
    {
        await SendAsync(Config() with { ApiToken = token, ApiTokenHeader = "X-Token" });
        WebHeaderCollection headers = Assert.Single(received).Headers;
        Assert.Null(headers["OSF-TOKEN"]);
        Assert.Null(headers["Authorization"]);
        Assert.Equal("token", headers["X-Token"]);
        Assert.Equal(("application/json", "{\"a\":1}"), (headers["Content-Type"], received[0].Body));
    }

    [Fact]
    public async Task An_access_token_takes_the_place_of_an_api_token()
    {
        using var access = Secret.FromUtf8("access"u8);
        await SendAsync(Config() with { ApiToken = token }, access);
        WebHeaderCollection headers = Assert.Single(received).Headers;
        Assert.Equal("Bearer " + Convert.ToBase64String("access"u8), headers["Authorization"]);
        Assert.Null(headers["OSF-TOKEN"]);
    }

    [Fact]
    public async Task Without_either_no_right_is_claimed()
    {
        await SendAsync(Config());
        WebHeaderCollection headers = Assert.Single(received).Headers;
        Assert.Null(headers["OSF-TOKEN"]);
        Assert.Null(headers["Authorization"]);
    }

    [Fact]
    public async Task Cookies_are_not_sent_back()
    {
        await SendAsync(Config());
        await SendAsync(Config());
        Assert.Equal(2, received.Count);
        Assert.All(received, request => Assert.Null(request.Headers["Cookie"]));
    }

    [Fact]
    public async Task A_ping_shows_no_token()
    {
        await client.PingAsync(Config().DeviceApi, CancellationToken.None);
        (string method, WebHeaderCollection headers, string body) = Assert.Single(received);
        Assert.Equal(("HEAD", string.Empty), (method, body));
        Assert.Null(headers["OSF-TOKEN"]);
    }

    [Fact]
    public async Task A_form_asks_for_json()
    {
        OAuthReply reply = await client.PostFormAsync(new Uri(server.Origin, "form"), [new("client_id", "u 1"), new("scope", "a:b")], CancellationToken.None);
        Assert.True(reply.Succeeded);
        (string method, WebHeaderCollection headers, string body) = Assert.Single(received);
        Assert.Equal(("POST", "application/json", "client_id=u+1&scope=a%3Ab"), (method, headers["Accept"], body));
    }

    public void Dispose()
    {
        server.Dispose();
        client.Dispose();
        token.Dispose();
    }

    private SotaConfig Config() => new() { Factory = "acme", Tags = ["main"], HardwareId = "board", DeviceApi = new Uri(server.Origin, "ota/devices/") };

    private Task<byte[]> SendAsync(SotaConfig config, Secret? bearer = null) => client.RegisterAsync(config, bearer, "{\"a\":1}"u8.ToArray(), CancellationToken.None);
}

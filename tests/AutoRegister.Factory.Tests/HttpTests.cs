using System.Net;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

[Collection(SharedFactoryTests.Name)]
public sealed class HttpTests(SharedFactory shared)
{
    private readonly FactoryProcess factory = shared.Process;
    private readonly HttpClient client = shared.Client;

    [Theory]
    [InlineData("/ota/devices/")]
    [InlineData("/ota/devices")]
    [InlineData("/sign")]
    [InlineData("/sign/")]
    public async Task HEAD_is_answered_without_a_token(string path)
    {
        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(factory.Api, path)));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Other_methods_are_405_with_Allow(string method)
    {
        foreach (Uri? url in new[] { factory.Api, factory.Sign })
        {
            using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), url));
            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            Assert.Equal(["HEAD", "POST"], response.Content.Headers.Allow.Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Both_versions_of_HTTP_are_spoken(string version)
    {
        using var device = new TestDevice();
        var request = new HttpRequestMessage(HttpMethod.Post, factory.Sign)
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent(device.Body().ToJsonString(), null, "application/json"),
        };
        using HttpResponseMessage response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(Version.Parse(version), response.Version);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task A_body_of_another_type_is_415(string type)
    {
        using var device = new TestDevice();
        using HttpResponseMessage response = await client.PostAsync(factory.Api, device.Body().ToJsonString(), type, ("OSF-TOKEN", factory.Token));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_above_64_KiB_is_413(bool chunked)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, factory.Sign)
        {
            Content = new StringContent("{\"csr\":\"" + new string('x', 70_000) + "\"}", null, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        // The server answers and closes without reading on: a client that is still sending may see a reset instead.
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task No_secret_gets_into_the_log()
    {
        using var device = new TestDevice();
        (await client.RegisterAsync(factory, device.Body())).Dispose();
        (await client.GetAsync(new Uri(factory.Approval + "?user_code=SECRETXX"))).Dispose();
        Assert.DoesNotContain(factory.Token, factory.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRETXX", factory.Output, StringComparison.Ordinal);
    }
}

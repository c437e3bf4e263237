using System.Net;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>Bodies that the reference server answers with an error page, or believes.</summary>
[Collection(SharedFactoryTests.Name)]
public sealed class RegistrationBodyTests(SharedFactory shared) : IDisposable
{
    private readonly FactoryProcess factory = shared.Process;
    private readonly HttpClient client = shared.Client;
    private readonly TestDevice device = new();

    [Theory]
    [InlineData("uuid")]
    [InlineData("name")]
    [InlineData("csr")]
    [InlineData("hardware-id")]
    public async Task A_field_that_is_missing_or_no_string(string field)
    {
        foreach (JsonNode? value in new JsonNode?[] { null, "", 1, true, new JsonArray("x"), new JsonObject() })
        {
            JsonObject body = device.Body();
            body[field] = value;
            Assert.Contains(field, await RefusesAsync(body), StringComparison.Ordinal);
        }

        JsonObject without = device.Body();
        without.Remove(field);
        Assert.Contains(field, await RefusesAsync(without), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("uuid", "not-a-uuid")]
    [InlineData("uuid", "00000000-0000-0000-0000-000000000000")]
    [InlineData("uuid", "{00000000-0000-4000-8000-000000000001}")]
    [InlineData("hardware-id", "x\"\n[tls]\nserver = \"https://evil")]
    [InlineData("hardware-id", "x\"")]
    [InlineData("hardware-id", "x\\u0022")]
    [InlineData("sota-config-dir", "relative")]
    [InlineData("sota-config-dir", "/var\"/sota")]
    [InlineData("sota-config-dir", "/var\n/sota")]
    [InlineData("use-ostree-server", "maybe")]
    [InlineData("name", "a\u001b[2Jb")]
    [InlineData("name", "a\u202eb")]
    [InlineData("name", "a\nb")]
    [InlineData("name", " a")]
    public async Task A_field_with_a_bad_value(string field, string value)
    {
        JsonObject body = device.Body();
        body[field] = value;
        Assert.Contains(field, await RefusesAsync(body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("[{\"csr\": \"x\"}]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{\"csr\": \"a\", \"csr\": \"b\"}")]
    [InlineData("{\"csr\": \"\\ud800\", \"hardware-id\": \"x\"}")]
    [InlineData("{\"overrides\": [[[[[[[[[[1]]]]]]]]]]}")]
    public async Task A_body_that_is_no_JSON_object(string body)
    {
        using HttpResponseMessage response = await client.PostAsync(factory.Sign, body, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty(await response.ReasonAsync());
    }

    public void Dispose() => device.Dispose();

    private Task<string> RefusesAsync(JsonObject body) => client.RefusesAsync(factory, body, "");
}

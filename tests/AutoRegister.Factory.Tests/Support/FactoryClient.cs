using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>A real HTTPS client that trusts the factory's root and nothing else.</summary>
public static class FactoryClient
{
    /// <summary>A client; with a certificate, one that shows it to whoever asks.</summary>
    public static HttpClient Open(FactoryProcess factory, X509Certificate2? certificate = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(factory.CaFile) },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        if (certificate is not null)
        {
            // By callback: .NET would not even offer a certificate that is for servers, or for another CA.
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Sends a registration with the API token.</summary>
    public static Task<HttpResponseMessage> RegisterAsync(this HttpClient client, FactoryProcess factory, JsonNode body) =>
        client.PostAsync(factory.Api, body, ("OSF-TOKEN", factory.Token));

    /// <summary>Sends JSON with the given headers.</summary>
    public static Task<HttpResponseMessage> PostAsync(
        this HttpClient client, Uri url, JsonNode body, params (string Name, string Value)[] headers) =>
        client.PostAsync(url, body.ToJsonString(), "application/json", headers);

    /// <summary>Sends any text as any content type.</summary>
    public static Task<HttpResponseMessage> PostAsync(
        this HttpClient client, Uri url, string body, string contentType, params (string Name, string Value)[] headers)
    {
        var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        foreach ((string? name, string? value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return client.SendAsync(request);
    }

    /// <summary>Sends a registration that must be refused with 400; returns the reason.</summary>
    public static async Task<string> RefusesAsync(this HttpClient client, FactoryProcess factory, JsonNode body, string because)
    {
        using HttpResponseMessage response = await client.RegisterAsync(factory, body);
        string text = await response.TextAsync();
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{because}: {response.StatusCode} {text}");
        return await response.JsonAsync("error");
    }

    /// <summary>The answer's JSON.</summary>
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>Why a request was refused: in JSON, or, where a person is shown it, in plain text.</summary>
    public static async Task<string> ReasonAsync(this HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType == "text/plain" ? (await response.TextAsync()).TrimEnd('\n') : await response.JsonAsync("error");

    /// <summary>A string from the answer's JSON.</summary>
    public static async Task<string> JsonAsync(this HttpResponseMessage response, string name) =>
        (await response.JsonAsync()).GetProperty(name).GetString()!;

    /// <summary>The answer's text.</summary>
    public static Task<string> TextAsync(this HttpResponseMessage response) => response.Content.ReadAsStringAsync();
}

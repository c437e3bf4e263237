using System.Net;
using System.Text.Json;
using Xunit;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>A device in the middle of the OAuth device flow.</summary>
public sealed record OAuthDevice(string Uuid, string DeviceCode, string UserCode, Uri CompleteUri)
{
    /// <summary>Starts the flow.</summary>
    public static async Task<OAuthDevice> StartAsync(HttpClient client, FactoryProcess factory, string uuid)
    {
        using HttpResponseMessage response = await PostFormAsync(
            client, factory.OAuth + "/authorization/device/", ("client_id", uuid), ("scope", FactoryProcess.FactoryName + ":devices:create"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement answer = await response.JsonAsync();
        string Text(string name) => answer.GetProperty(name).GetString()!;
        return new OAuthDevice(uuid, Text("device_code"), Text("user_code"), new Uri(Text("verification_uri_complete")));
    }

    /// <summary>Sends a form.</summary>
    public static Task<HttpResponseMessage> PostFormAsync(HttpClient client, string url, params (string Name, string Value)[] fields) =>
        client.PostAsync(new Uri(url), new FormUrlEncodedContent(fields.ToDictionary(field => field.Name, field => field.Value)));

    /// <summary>Asks for the access token.</summary>
    public Task<HttpResponseMessage> PollAsync(HttpClient client, FactoryProcess factory) => PostFormAsync(
        client,
        factory.OAuth + "/token/",
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", DeviceCode),
        ("client_id", Uuid));

    /// <summary>Asks for the access token and expects to be told why there is none.</summary>
    public async Task<string> PollErrorAsync(HttpClient client, FactoryProcess factory)
    {
        using HttpResponseMessage response = await PollAsync(client, factory);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        return await response.JsonAsync("error");
    }
}

using System.Net;
using System.Net.Http.Headers;

namespace FactoryLoad;

/// <summary>A registration API, reached as a line reaches it.</summary>
internal sealed class Api(Uri url, string token, int connections, Version version) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = connections,
#pragma warning disable CA5359 // Measured is the server; the one that is bare has a certificate of its own making.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    });

    /// <summary>Sends a request.</summary>
    /// <returns>The body of the answer.</returns>
    public async Task<byte[]> SendAsync(byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body), Version = version };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("OSF-TOKEN", token);
        using HttpResponseMessage response = await client.SendAsync(request);
        byte[] answer = await response.Content.ReadAsByteArrayAsync();
        return response.StatusCode == HttpStatusCode.Created ? answer
            : throw new InvalidOperationException($"{response.StatusCode}: {System.Text.Encoding.UTF8.GetString(answer)}");
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}

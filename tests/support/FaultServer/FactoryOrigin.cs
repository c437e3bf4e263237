using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

namespace FaultServer;

/// <summary>Passes requests on to a real registration API.</summary>
public sealed class FactoryOrigin : IOrigin, IDisposable
{
    private readonly Uri api;
    private readonly HttpClient http;

    /// <summary>Prepares the way to the API.</summary>
    /// <param name="api">Its registration endpoint.</param>
    /// <param name="caFile">Its root certificate, PEM.</param>
    public FactoryOrigin(Uri api, string caFile)
    {
        this.api = api;
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(caFile) },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        http = new HttpClient(handler, disposeHandler: true);
    }

    /// <inheritdoc/>
    public async Task<HttpReply> AnswerAsync(HttpCall received, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(received);
        using var request = new HttpRequestMessage(new HttpMethod(received.Method), api);
        if (received.Body.Length > 0)
        {
            request.Content = new ByteArrayContent(received.Body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(received.Headers.GetValueOrDefault("content-type", "application/json"));
        }

        foreach (string name in new[] { "osf-token", "authorization" })
        {
            if (received.Headers.TryGetValue(name, out string? value))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using HttpResponseMessage response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        return new HttpReply((int)response.StatusCode, body, response.Content.Headers.ContentType?.ToString() ?? "text/plain");
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}

using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Foundries;

/// <summary>
/// The API of Foundries.io, as far as a registration server of a factory's own uses it: <c>PUT ota/devices/</c> with the
/// certificate, the name and the group in JSON, the token in the header <c>OSF-TOKEN</c> (factory-registration-ref, app.py).
/// </summary>
internal sealed class FoundriesApi : IDisposable
{
    private readonly HttpClient client;
    private readonly FoundriesTarget target;
    private readonly TimeProvider clock;

    /// <summary>Nothing is connected yet.</summary>
    public FoundriesApi(FoundriesTarget target, TimeProvider clock)
    {
        this.target = target;
        this.clock = clock;
        var handler = new SocketsHttpHandler
        {
            // A redirect would take the token along.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (target.Trusted is { } trusted)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(trusted);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>Reports a device. The token is read anew each time: a person may have replaced it.</summary>
    /// <exception cref="Base.ExitException">The token's file can't be read.</exception>
    public async Task<FoundriesAnswer> ReportAsync(string body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(target.Url, "devices/"));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        byte[] token = SecretFile.ReadLine(target.TokenFile, "the API token for Foundries.io", "make one with the scope devices:create, and put it there");
        request.Headers.TryAddWithoutValidation("OSF-TOKEN", Encoding.UTF8.GetString(token));
        CryptographicOperations.ZeroMemory(token);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return await FoundriesAnswer.ReadAsync(response, clock.GetUtcNow(), cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return FoundriesAnswer.None(e.InnerException ?? e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}

/// <summary>Where the API is, and what it is asked with.</summary>
/// <param name="Url">Its base, with a slash at the end.</param>
/// <param name="TokenFile">The file with the token.</param>
/// <param name="Trusted">The roots to trust instead of the system's.</param>
internal sealed record FoundriesTarget(Uri Url, string TokenFile, X509Certificate2Collection? Trusted);

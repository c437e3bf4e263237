using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Reports;

/// <summary>The receiver of a kind of report: <c>PUT</c> with JSON over HTTPS, a token in a header. The same message twice is the same as once.</summary>
internal sealed class ReportReceiver : IDisposable
{
    private readonly HttpClient client;
    private readonly ReportTarget target;
    private readonly TimeProvider clock;

    /// <summary>Nothing is connected yet.</summary>
    public ReportReceiver(ReportKind kind, ReportTarget target, TimeProvider clock)
    {
        Kind = kind;
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

    /// <summary>What it takes.</summary>
    public ReportKind Kind { get; }

    /// <summary>Sends a message. The token is read anew each time: a person may have replaced it.</summary>
    /// <exception cref="Base.ExitException">The token's file can't be read.</exception>
    public async Task<ReportAnswer> SendAsync(OutboxMessage message, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(target.Url, Kind.Path(message)));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(message.Body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        byte[] token = SecretFile.ReadLine(target.TokenFile, $"the token for {Kind.Receiver}", "put it there");
        request.Headers.TryAddWithoutValidation(Kind.TokenHeader, Kind.TokenScheme + Encoding.UTF8.GetString(token));
        CryptographicOperations.ZeroMemory(token);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return await ReportAnswer.ReadAsync(response, clock.GetUtcNow(), cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return ReportAnswer.None(e.InnerException ?? e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}

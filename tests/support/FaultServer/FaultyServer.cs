using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace FaultServer;

/// <summary>
/// An HTTPS server on loopback that misbehaves as its script says, one fault for each request or connection, and answers
/// correctly when the script is at its end.
/// </summary>
public sealed class FaultyServer : IAsyncDisposable
{
    private readonly IOrigin origin;
    private readonly TcpListener listener;
    private readonly X509Certificate2 certificate = SelfSigned.Server();
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> script;
    private readonly ConcurrentQueue<string> requests = new();
    private readonly Task accepting;
    private readonly DateTime healthyAt;
    private readonly bool lasts;

    /// <summary>Starts the server on a free port.</summary>
    /// <param name="origin">Where correct answers come from.</param>
    /// <param name="script">Names of <see cref="Faults"/>, in order.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="lasting">How long the first fault happens to everyone, instead of once; nothing goes wrong afterwards.</param>
    public FaultyServer(IOrigin origin, IEnumerable<string> script, int port = 0, TimeSpan lasting = default)
    {
        this.origin = origin;
        healthyAt = DateTime.UtcNow + lasting;
        lasts = lasting > TimeSpan.Zero;
        this.script = new ConcurrentQueue<string>(script);
        if (this.script.FirstOrDefault(name => !Faults.OfAnswers.ContainsKey(name) && !Faults.OfConnections.ContainsKey(name)) is string unknown)
        {
            throw new ArgumentException($"There is no fault '{unknown}'.", nameof(script));
        }

        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The address of the registration API.</summary>
    public Uri Api => new($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/ota/devices/");

    /// <summary>The certificate to trust, PEM.</summary>
    public string CertificatePem => certificate.ExportCertificatePem() + "\n";

    /// <summary>The bodies of all POST requests, in order.</summary>
    public IReadOnlyCollection<string> Requests => requests;

    /// <summary>Whether all faults have happened.</summary>
    public bool ScriptDone => script.IsEmpty;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        listener.Stop();
        await accepting.ConfigureAwait(false);
        listener.Dispose();
        stop.Dispose();
        certificate.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(stop.Token).ConfigureAwait(false);
                serving.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream raw = client.GetStream();
                if (script.TryPeek(out string? next) && Faults.OfConnections.ContainsKey(next) && TryTake(out next))
                {
                    await Faults.OfConnections[next](raw, stop.Token).ConfigureAwait(false);
                    return;
                }

                using var tls = new SslStream(raw);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop.Token).ConfigureAwait(false);
                var call = new HttpCall(tls);
                if (await call.ReadAsync(stop.Token).ConfigureAwait(false))
                {
                    await AnswerAsync(call).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException)
            {
                // The client has gone, or the server ends: there is nobody to misbehave to.
            }
        }
    }

    private Task AnswerAsync(HttpCall call)
    {
        if (call.Method != "POST")
        {
            return call.AnswerAsync(HttpReply.Text(405, string.Empty), stop.Token);
        }

        requests.Enqueue(System.Text.Encoding.UTF8.GetString(call.Body));
        return Faults.OfAnswers[TryTake(out string? fault) ? fault : "fine"](call, origin, stop.Token);
    }

    private bool TryTake([NotNullWhen(true)] out string? fault)
    {
        if (DateTime.UtcNow < healthyAt)
        {
            return script.TryPeek(out fault);
        }

        if (lasts)
        {
            script.Clear();
        }

        return script.TryDequeue(out fault);
    }
}

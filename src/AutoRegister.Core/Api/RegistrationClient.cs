using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api;

/// <summary>
/// Speaks to a registration API: one ping, one POST, every phase bounded in time, every answer bounded in size. Redirects are
/// never followed: a token must not travel to where it was not sent. Certificates are always verified.
/// </summary>
public sealed class RegistrationClient : IDisposable
{
    private const int BodyLimit = 1024 * 1024;
    private readonly HttpClient http;
    private readonly HttpTimeouts timeouts;
    private readonly LineThrottle? throttle;
    private readonly Dialer dialer;
    private readonly ServerTrust trust;
    private readonly ClockWatch clock = new(TimeProvider.System);

    /// <summary>
    /// Prepares a client; nothing is connected yet. Proxies and trust anchors are those that the environment names, by curl's rules
    /// (<c>https_proxy</c>, <c>NO_PROXY</c>, <c>SSL_CERT_FILE</c>; <c>docs/options.md</c>).
    /// </summary>
    /// <param name="timeouts">How long each phase may take.</param>
    /// <param name="anchor">A further trust anchor; <see langword="null"/> for the system's alone.</param>
    /// <param name="throttle">What many devices that share this client know of the server; they speak HTTP/2 where it is offered.</param>
    /// <exception cref="AutoRegisterException">The trust anchors that the environment names cannot be read: <see cref="ErrorId.FileUnreadable"/> or <see cref="ErrorId.CaFileInvalid"/>.</exception>
    public RegistrationClient(HttpTimeouts? timeouts = null, TrustAnchor? anchor = null, LineThrottle? throttle = null)
        : this(new Dialer(ProxyVariables.OfEnvironment), timeouts, anchor, throttle)
    {
    }

    /// <summary>Prepares a client whose connections are made by a dialer of the caller's.</summary>
    internal RegistrationClient(Dialer dialer, HttpTimeouts? timeouts = null, TrustAnchor? anchor = null, LineThrottle? throttle = null)
    {
        this.dialer = dialer;
        this.throttle = throttle;
        this.timeouts = timeouts ?? HttpTimeouts.Default;
        SocketsHttpHandler handler = HttpHandler.Create(dialer, trust = new ServerTrust(anchor), this.timeouts.Connect);
        handler.MaxConnectionsPerServer = 256;
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);

        // Each phase has its own time-out; one for everything would cut off slow but healthy answers.
        http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Asks whether the API is reachable: any answer below 500 says yes (400, 401 and 405 are normal).</summary>
    /// <exception cref="AutoRegisterException">A condition of the network or server.</exception>
    public Task PingAsync(Uri api, CancellationToken cancellation) =>
        throttle?.PassAsync(token => AskAsync(api, token), cancellation) ?? AskAsync(api, cancellation);

    /// <summary>Sends a registration request.</summary>
    /// <param name="config">The endpoint, the token and its header.</param>
    /// <param name="bearer">An OAuth access token, used instead of the API token; else <see langword="null"/>.</param>
    /// <param name="body">The JSON body, UTF-8.</param>
    /// <returns>The body of a 201 answer.</returns>
    /// <exception cref="AutoRegisterException">Any other outcome, sorted.</exception>
    public Task<byte[]> RegisterAsync(SotaConfig config, Secret? bearer, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(config);
        return throttle?.SendAsync(token => PostAsync(config, bearer, body, token), cancellation) ?? PostAsync(config, bearer, body, cancellation);
    }

    private async Task AskAsync(Uri api, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, api);
        using HttpResponseMessage response = await SendAsync(request, cancellation).ConfigureAwait(false);
        if ((int)response.StatusCode >= 500)
        {
            throw HttpErrors.FromAnswer(api, response, string.Empty);
        }

        clock.Compare(api, response.Headers.Date);
    }

    private async Task<byte[]> PostAsync(SotaConfig config, Secret? bearer, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, config.DeviceApi) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Convert.ToBase64String(bearer.Utf8));
        }
        else if (config.ApiToken is not null)
        {
            request.Headers.TryAddWithoutValidation(config.ApiTokenHeader, Encoding.UTF8.GetString(config.ApiToken.Utf8));
        }

        using HttpResponseMessage response = await SendAsync(request, cancellation).ConfigureAwait(false);
        byte[] answer = await ReadBodyAsync(config.DeviceApi, response, cancellation).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.Created && !HttpErrors.LooksLikeHtml(response, answer)
            ? answer
            : throw HttpErrors.FromAnswer(config.DeviceApi, response, Encoding.UTF8.GetString(answer));
    }

    /// <summary>Sends a form to an OAuth server.</summary>
    /// <returns>An answer of OAuth: 200, or 400 with a reason.</returns>
    /// <exception cref="AutoRegisterException">Any other outcome, sorted.</exception>
    internal async Task<OAuthReply> PostFormAsync(Uri endpoint, IEnumerable<KeyValuePair<string, string>> form, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using HttpResponseMessage response = await SendAsync(request, cancellation).ConfigureAwait(false);
        byte[] body = await ReadBodyAsync(endpoint, response, cancellation).ConfigureAwait(false);
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest && !HttpErrors.LooksLikeHtml(response, body)
            ? new OAuthReply((int)response.StatusCode, body)
            : throw HttpErrors.FromAnswer(endpoint, response, Encoding.UTF8.GetString(body));
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (throttle is not null)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        }

        // .NET would take what is thrown of a proxy variable for "no proxy".
        dialer.Proxies.For(request.RequestUri!);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(timeouts.Headers);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bounded.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw ConnectionErrors.FromFailure(request.RequestUri!, e, trust, clock);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw HttpErrors.TimedOut(request.RequestUri!, throttle is null ? dialer.Progress.Late : ConnectionProgress.Unknown, e);
        }
    }

    private async Task<byte[]> ReadBodyAsync(Uri api, HttpResponseMessage response, CancellationToken cancellation)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(timeouts.Body);
        try
        {
            using Stream stream = await response.Content.ReadAsStreamAsync(bounded.Token).ConfigureAwait(false);
            using var body = new MemoryStream();
            byte[] buffer = new byte[16 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, bounded.Token).ConfigureAwait(false)) > 0)
            {
                body.Write(buffer, 0, read);
                if (body.Length > BodyLimit)
                {
                    throw HttpErrors.TooLarge(api, BodyLimit);
                }
            }

            return body.ToArray();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw HttpErrors.CutOff(api, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw HttpErrors.TimedOut(api, "did not finish its answer", e);
        }
    }
}

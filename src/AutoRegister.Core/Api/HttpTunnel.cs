using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api;

/// <summary>A way through an HTTP proxy for what is not HTTP of .NET's: the CONNECT request that .NET makes itself for https.</summary>
internal static class HttpTunnel
{
    /// <summary>Opens the way.</summary>
    /// <param name="dialer">Connects to the proxy.</param>
    /// <returns>The connection; closing it ends everything below it.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ProxyRefused"/>, or why the proxy could not be asked.</exception>
    internal static async Task<Stream> OpenAsync(Dialer dialer, ProxyServer proxy, Uri server, CancellationToken cancellation)
    {
        var trust = new ServerTrust();

        // The connection outlives this method, and the handler with it.
        SocketsHttpHandler handler = HttpHandler.Create(dialer, trust, Timeout.InfiniteTimeSpan);
        handler.UseProxy = false;
        var http = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Connect, proxy.Address);
        request.Headers.Host = $"{(server.HostNameType == UriHostNameType.IPv6 ? $"[{server.IdnHost}]" : server.IdnHost)}:{server.Port}";
        if (proxy.Credential is { } credential)
        {
            request.Headers.ProxyAuthorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}")));
        }

        try
        {
            HttpResponseMessage response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK
                ? await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false)
                : throw ConnectionErrors.Refused(proxy, server.IdnHost, server.Port, $"it answered HTTP_{(int)response.StatusCode}", null);
        }
        catch (HttpRequestException e)
        {
            throw ConnectionErrors.FromFailure(proxy.Address, e, trust);
        }
    }
}

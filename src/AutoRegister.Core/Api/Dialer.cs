using System.Net;
using System.Net.Sockets;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api;

/// <summary>
/// Makes every connection of ours, to servers and to proxies: all addresses of a name, in a race, and through the proxy that the
/// environment names. A failure says which addresses were tried and what became of each.
/// </summary>
/// <param name="resolve">Finds the addresses of a host; <see langword="null"/> for the system's way.</param>
/// <param name="race">Connects to one of them; <see langword="null"/> for the usual budgets.</param>
internal sealed class Dialer(ProxyVariables proxies, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, AddressRace? race = null)
{
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve = resolve ?? HostNames.ResolveAsync;
    private readonly AddressRace race = race ?? new AddressRace(TimeProvider.System);

    /// <summary>The proxies.</summary>
    internal ProxyVariables Proxies => proxies;

    /// <summary>How far the newest connection has come.</summary>
    internal ConnectionProgress Progress { get; } = new();

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>: to the server, or to the HTTP proxy that .NET then speaks to.</summary>
    /// <param name="context">Who is to be connected to, and for which request.</param>
    /// <exception cref="AutoRegisterException">Why there is none.</exception>
    internal async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        // For a tunnel .NET sends a request of its own, whose URL is the proxy's.
        HttpRequestMessage request = context.InitialRequestMessage;
        ProxyServer? proxy = request.Method == HttpMethod.Connect ? null : proxies.For(request.RequestUri!);
        return proxy is { IsSocks: true }
            ? await ThroughSocksAsync(proxy, context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellation).ConfigureAwait(false)
            : await DirectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellation).ConfigureAwait(false);
    }

    /// <summary>Connects to a server, through the proxy if there is one for it, for what is not HTTP of .NET's.</summary>
    /// <returns>The connection; TLS is the caller's.</returns>
    /// <exception cref="AutoRegisterException">Why there is none.</exception>
    internal Task<Stream> OpenAsync(Uri server, CancellationToken cancellation) => proxies.For(server) switch
    {
        null => DirectAsync(server.IdnHost, server.Port, cancellation),
        { IsSocks: true } proxy => ThroughSocksAsync(proxy, server.IdnHost, server.Port, cancellation),
        { } proxy => HttpTunnel.OpenAsync(this, proxy, server, cancellation),
    };

    private async Task<Stream> DirectAsync(string host, int port, CancellationToken cancellation) =>
        await ReachAsync(host, port, await ResolveAsync(host, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    private async Task<Stream> ThroughSocksAsync(ProxyServer proxy, string host, int port, CancellationToken cancellation)
    {
        IPAddress[] addresses = await ResolveAsync(proxy.Host, cancellation).ConfigureAwait(false);
        string[] targets = proxy.ResolvesNames ? [host] : [.. (await ResolveAsync(host, cancellation).ConfigureAwait(false)).Select(address => address.ToString())];
        AutoRegisterException? refused = null;
        foreach (string target in targets)
        {
            Stream stream = await ReachAsync(proxy.Host, proxy.Port, addresses, cancellation).ConfigureAwait(false);
            try
            {
                Progress.AtProxy(proxy);
                await new SocksHandshake(stream, proxy).RunAsync(target, port, cancellation).ConfigureAwait(false);
                Progress.Connected();
                return stream;
            }
            catch (IOException e)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
                refused = ConnectionErrors.Refused(proxy, target, port, e.Message, e);
            }
            catch (OperationCanceledException)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        throw refused!;
    }

    private Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        Progress.Resolving(host);
        return resolve(host, cancellation);
    }

    private async Task<Stream> ReachAsync(string host, int port, IPAddress[] addresses, CancellationToken cancellation)
    {
        Progress.Connecting(string.Join(", ", AddressRace.Order(addresses).Select(address => new IPEndPoint(address, port).ToString())));
        try
        {
            Socket socket = await race.ConnectAsync(addresses, port, cancellation).ConfigureAwait(false);
            Progress.Connected();
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (AggregateException e)
        {
            throw ConnectionErrors.Unreachable(host, port, e);
        }
    }
}

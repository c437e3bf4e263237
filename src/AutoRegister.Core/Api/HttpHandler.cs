using System.Net;

namespace AutoRegister.Core.Api;

/// <summary>.NET's HTTP stack as all of ours use it.</summary>
internal static class HttpHandler
{
    /// <summary>
    /// Makes a handler. Redirects are never followed: a token must not travel to where it was not sent. Certificates are always verified.
    /// </summary>
    /// <param name="connect">How long a connection may take: name, addresses, proxy and TLS together.</param>
    internal static SocketsHttpHandler Create(Dialer dialer, ServerTrust trust, TimeSpan connect)
    {
        var proxy = new EnvironmentProxy(dialer.Proxies);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = connect,
            ConnectCallback = dialer.ConnectAsync,
            Proxy = proxy,
            MaxResponseHeadersLength = 64,
            PlaintextStreamFilter = (context, _) =>
            {
                if (context.InitialRequestMessage.Method != HttpMethod.Connect)
                {
                    dialer.Progress.Ready();
                }
                else if (proxy.Find(context.InitialRequestMessage.RequestUri) is { } spoken)
                {
                    dialer.Progress.AtProxy(spoken);
                }

                return ValueTask.FromResult(context.PlaintextStream);
            },
        };
        trust.Apply(handler.SslOptions);
        return handler;
    }
}

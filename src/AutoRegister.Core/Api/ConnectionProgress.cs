namespace AutoRegister.Core.Api;

/// <summary>How far the newest connection of a client has come: what a time-out is blamed on.</summary>
internal sealed class ConnectionProgress
{
    /// <summary>What is known of requests that share their connections with others, as on a line.</summary>
    internal const string Unknown = "did not answer";
    private volatile string late = Unknown;

    /// <summary>What did not happen in time, as a sentence without its end about the server: <c>did not begin to answer</c>.</summary>
    internal string Late => late;

    /// <summary>A name is being resolved.</summary>
    internal void Resolving(string host) => late = $"could not be connected to: the name '{host}' was not resolved";

    /// <summary>Addresses are being tried.</summary>
    internal void Connecting(string places) => late = $"could not be connected to: nothing answered at {places}";

    /// <summary>A connection is there; TLS follows.</summary>
    internal void Connected() => late = "accepted a connection, but did not finish the TLS handshake";

    /// <summary>A proxy accepted a connection; it has to let us through.</summary>
    internal void AtProxy(ProxyServer proxy) => late = $"could not be connected to: the proxy {proxy} ({proxy.Variable}) did not make the connection";

    /// <summary>Requests can be sent.</summary>
    internal void Ready() => late = "did not begin to answer";
}

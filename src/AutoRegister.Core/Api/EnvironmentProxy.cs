using System.Collections.Concurrent;
using System.Net;

namespace AutoRegister.Core.Api;

/// <summary>
/// What the environment says of proxies, for .NET's HTTP stack. It is given addresses without user names, so that none can get into its
/// messages, and never a SOCKS proxy: <see cref="Dialer"/> speaks to those, because .NET has no socks5 that resolves names here.
/// </summary>
/// <param name="proxies">The variables. <see cref="ProxyVariables.For"/> is asked before every request: .NET takes what is thrown here for "no proxy".</param>
internal sealed class EnvironmentProxy(ProxyVariables proxies) : IWebProxy, ICredentials
{
    private readonly ConcurrentDictionary<Uri, ProxyServer> known = new();

    /// <inheritdoc/>
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination)
    {
        ProxyServer? proxy = proxies.For(destination);
        if (proxy is null or { IsSocks: true })
        {
            return null;
        }

        known[proxy.Address] = proxy;
        return proxy.Address;
    }

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => false;

    /// <summary>User name and password for a proxy that asks for them, in the two ways that need no more than that.</summary>
    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        authType is "Basic" or "Digest" ? Find(uri)?.Credential : null;

    /// <summary>The proxy that .NET was given by this address.</summary>
    internal ProxyServer? Find(Uri? address) => address is null ? null : known.GetValueOrDefault(address);
}

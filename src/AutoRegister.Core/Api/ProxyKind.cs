namespace AutoRegister.Core.Api;

/// <summary>How a proxy is spoken to: the schemes of curl(1), <c>--proxy</c>.</summary>
internal enum ProxyKind
{
    /// <summary>HTTP, with CONNECT for https (RFC 9110, section 9.3.6).</summary>
    Http,

    /// <summary>The same inside of TLS.</summary>
    Https,

    /// <summary>SOCKS 4: this machine resolves names, IPv4 alone.</summary>
    Socks4,

    /// <summary>SOCKS 4a: the proxy resolves names.</summary>
    Socks4a,

    /// <summary>SOCKS 5 (RFC 1928): this machine resolves names.</summary>
    Socks5,

    /// <summary>SOCKS 5: the proxy resolves names.</summary>
    Socks5h,
}

using System.Globalization;
using System.Net;

namespace AutoRegister.Core.Api;

/// <summary>A proxy that a variable of the environment names. Its address never has a user name or password in it.</summary>
internal sealed class ProxyServer
{
    /// <summary>How it is spoken to.</summary>
    internal required ProxyKind Kind { get; init; }

    /// <summary>Its name or address, in ASCII, without brackets.</summary>
    internal required string Host { get; init; }

    /// <summary>Its port.</summary>
    internal required int Port { get; init; }

    /// <summary>User name and password; <see langword="null"/> when the variable has none.</summary>
    internal NetworkCredential? Credential { get; init; }

    /// <summary>The variable that names it.</summary>
    internal required string Variable { get; init; }

    /// <summary>Whether it speaks SOCKS, not HTTP.</summary>
    internal bool IsSocks => Kind is not (ProxyKind.Http or ProxyKind.Https);

    /// <summary>Whether names are sent to it as they are.</summary>
    internal bool ResolvesNames => Kind is not (ProxyKind.Socks4 or ProxyKind.Socks5);

    /// <summary>Scheme, host and port, and nothing else.</summary>
    internal Uri Address => new UriBuilder(Scheme, Host, Port).Uri;

    private string Scheme => Kind.ToString().ToLowerInvariant();

    /// <summary>As messages name it; never with a user name or password.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Scheme}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}

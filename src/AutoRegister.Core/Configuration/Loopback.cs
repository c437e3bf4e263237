using System.Net;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// Which hosts are this machine whatever a resolver says: <c>localhost</c> itself, and the addresses 127.0.0.0/8 and ::1, also as
/// IPv4 in IPv6. Not the names below localhost, and not <c>localhost.</c>: resolvers send those elsewhere.
/// </summary>
internal static class Loopback
{
    /// <summary>The name.</summary>
    internal const string Name = "localhost";

    /// <summary>Whether a URL's host is this machine.</summary>
    internal static bool Is(Uri server) => Address(server) is { } address
        ? IPAddress.IsLoopback(address)
        : server.DnsSafeHost.Equals(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The address that a URL has for a host, IPv4 in IPv6 as IPv4; <see langword="null"/> for a name.</summary>
    internal static IPAddress? Address(Uri server) => IPAddress.TryParse(server.DnsSafeHost, out IPAddress? address)
        ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address
        : null;
}

using System.Net;
using System.Net.Sockets;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// Where plain http may go: to loopback; to private and link-local addresses with a warning, because the documentation's
/// detached production flow uses <c>http://&lt;address&gt;/sign</c> on a private network; anywhere else only when allowed.
/// Names are not resolved: what DNS says now is not what it says when the token is sent. Loopback is <see cref="Loopback"/>: for
/// <c>localhost</c> no resolver is asked when the connection is made either.
/// </summary>
public static class PlainHttpPolicy
{
    /// <summary>Judges an endpoint.</summary>
    /// <param name="endpoint">An http or https URL.</param>
    /// <param name="place">Where it came from, for messages.</param>
    /// <param name="allowed">Whether plain http may go anywhere.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.PlainHttpRefused"/>.</exception>
    public static void Require(Uri endpoint, string place, bool allowed, IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(observer);
        if (endpoint.Scheme != Uri.UriSchemeHttp || Loopback.Is(endpoint))
        {
            return;
        }

        if (!allowed && !IsPrivate(endpoint))
        {
            string host = IPAddress.TryParse(endpoint.DnsSafeHost, out _)
                ? $"the address {endpoint.DnsSafeHost} is neither loopback nor private nor link-local"
                : $"{endpoint.DnsSafeHost} is a name, and names are not resolved to find out whether they are private";
            throw new AutoRegisterException(
                ErrorId.PlainHttpRefused,
                $"{place}: {endpoint} is plain http, and {host}; the API token would be readable on the way.",
                "Use https, or a private address, or allow it with -AllowPlainHttp (wrapper: ALLOW_PLAIN_HTTP=1).",
                endpoint.ToString());
        }

        observer.ReportWarning($"{place}: {endpoint} is plain http: the API token travels in the clear and anyone on that network can read it. Use https if the server can.");
    }

    // RFC 1918; RFC 3927 (169.254/16); RFC 4193 (fc00::/7); RFC 4291, section 2.5.6 (fe80::/10).
    private static bool IsPrivate(Uri endpoint)
    {
        if (Loopback.Address(endpoint) is not IPAddress address)
        {
            return false;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal;
        }

        byte[] bytes = address.GetAddressBytes();
        return (bytes[0], bytes[1]) switch
        {
            (10, _) or (192, 168) or (169, 254) => true,
            (172, var second) => second is >= 16 and <= 31,
            _ => false,
        };
    }
}

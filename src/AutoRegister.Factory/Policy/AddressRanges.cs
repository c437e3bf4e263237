using System.Net;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Policy;

/// <summary>A list of IP addresses and ranges, as <c>10.1.0.0/16, 2001:db8::/32, 192.0.2.7</c>.</summary>
internal sealed class AddressRanges
{
    private readonly IPNetwork[] ranges;

    private AddressRanges(IPNetwork[] ranges) => this.ranges = ranges;

    /// <summary>Reads a list.</summary>
    /// <param name="what">Where it was given, for the error: a setting's or an option's name.</param>
    /// <exception cref="ExitException">An entry is neither an address nor a range.</exception>
    public static AddressRanges Parse(IEnumerable<string> entries, string what) => new([.. entries.Select(entry => ParseOne(entry.Trim(), what))]);

    /// <summary>Whether an address is in one of the ranges; no address is in none.</summary>
    public bool Contain(IPAddress? address) => address is not null && ranges.Any(range => range.Contains(Plain(address)));

    /// <summary>The address a request comes from, as it is written down.</summary>
    public static string? Of(HttpContext context) => context.Connection.RemoteIpAddress is { } address ? Plain(address).ToString() : null;

    // One of IPv4 that came over an IPv6 socket is one of IPv4.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPNetwork ParseOne(string entry, string what)
    {
        if (IPNetwork.TryParse(entry, out IPNetwork range))
        {
            return range;
        }

        return IPAddress.TryParse(entry, out IPAddress? address)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new ExitException(ExitCode.Configuration, $"{what} must be IP addresses or ranges such as 10.1.0.0/16, not '{entry}'");
    }
}

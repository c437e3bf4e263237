using System.Net;

namespace AutoRegister.Factory.Base;

/// <summary>Whom limits count as one client: an address of IPv4, and a /64 of IPv6, since a single host there has all the addresses of it.</summary>
internal static class ClientNetwork
{
    private const int Subnet = 64 / 8;

    /// <summary>The address of the network.</summary>
    public static IPAddress Of(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        byte[] bytes = address.GetAddressBytes();
        if (bytes.Length > Subnet)
        {
            bytes.AsSpan(Subnet).Clear();
        }

        return new IPAddress(bytes);
    }
}

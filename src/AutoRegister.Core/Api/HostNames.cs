using System.Net;
using System.Net.Sockets;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api;

/// <summary>Finds the addresses of a host.</summary>
internal static class HostNames
{
    /// <summary>
    /// An address as it is; <c>localhost</c> as loopback, whatever a resolver would say (RFC 6761, section 6.3; curl does the same, and
    /// plain http to it is accepted for that reason); any other name as the system resolves it.
    /// </summary>
    /// <param name="host">The host, without brackets.</param>
    /// <returns>At least one address.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ServerUnreachable"/>.</exception>
    internal static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return [address];
        }

        if (host.Equals(Loopback.Name, StringComparison.OrdinalIgnoreCase))
        {
            return [IPAddress.IPv6Loopback, IPAddress.Loopback];
        }

        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
            return addresses.Length > 0 ? addresses : throw Unknown(host, "it has no address", null);
        }
        catch (SocketException e)
        {
            throw Unknown(host, e.Message, e);
        }
    }

    private static AutoRegisterException Unknown(string host, string problem, Exception? cause) => new(
        ErrorId.ServerUnreachable, $"The name '{host}' cannot be resolved: {problem.TrimEnd('.')}.", "Check the network and DNS.", host, cause);
}

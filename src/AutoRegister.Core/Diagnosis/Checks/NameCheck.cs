using System.Net;
using System.Net.Sockets;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The name of the registration API, as this machine resolves it.</summary>
internal sealed class NameCheck() : DiagnosisCheck("DNS", needsNetwork: true)
{
    internal override async Task<CheckFinding> RunAsync(DiagnosisContext context, CancellationToken cancellation)
    {
        string host = context.DeviceApi().IdnHost;
        if (IPAddress.TryParse(host, out _))
        {
            return CheckFinding.Passed($"{host} is an address");
        }

        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
            return CheckFinding.Passed($"{host} is {string.Join(", ", addresses.Select(address => address.ToString()))}");
        }
        catch (SocketException e)
        {
            throw new AutoRegisterException(
                ErrorId.ServerUnreachable, $"The name '{host}' cannot be resolved: {e.Message}", "Check the network and /etc/resolv.conf; behind a proxy this may be normal.", host, e);
        }
    }
}

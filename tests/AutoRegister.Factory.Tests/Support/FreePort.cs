using System.Net;
using System.Net.Sockets;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>A port for a server that must have the same one again after it was stopped.</summary>
internal static class FreePort
{
    /// <summary>A port of loopback on which nobody listens now.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

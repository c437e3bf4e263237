using System.Collections.Concurrent;
using System.Net;
using AutoRegister.Factory.Base;
using Microsoft.AspNetCore.Connections;

namespace AutoRegister.Factory.Http;

/// <summary>
/// Holds the connections that one address may have open at once, the TLS handshakes under way among them: one host that
/// opens thousands and says nothing must not keep the others out.
/// </summary>
internal sealed class ConnectionLimit(int perAddress)
{
    private readonly ConcurrentDictionary<IPAddress, int> open = [];

    /// <summary>The middleware of a listener; a connection too many is closed without a word, as there is no TLS yet to say it in.</summary>
    public ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        IPAddress address = ClientNetwork.Of((connection.RemoteEndPoint as IPEndPoint)?.Address);
        try
        {
            if (open.AddOrUpdate(address, 1, (_, count) => count + 1) > perAddress)
            {
                connection.Abort();
                return;
            }

            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    };

    private void Leave(IPAddress address)
    {
        while (open.TryGetValue(address, out int count))
        {
            if (count == 1 ? open.TryRemove(KeyValuePair.Create(address, 1)) : open.TryUpdate(address, count - 1, count))
            {
                return;
            }
        }
    }
}

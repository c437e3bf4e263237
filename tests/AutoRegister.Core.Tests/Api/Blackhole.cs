using System.Net;
using System.Net.Sockets;

namespace AutoRegister.Core.Tests.Api;

/// <summary>
/// An address that leads nowhere, on loopback: a socket that listens and whose queue is full, so that the kernel drops whatever else
/// asks for a connection, as a router without a route does.
/// </summary>
internal sealed class Blackhole : IDisposable
{
    private readonly Socket listener;
    private readonly List<Socket> queue = [];

    internal Blackhole(IPAddress address, int port)
    {
        listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen(0);
        while (queue.Count == 0 || queue[^1].Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectWrite))
        {
            var next = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            queue.Add(next);
            try
            {
                next.Connect(listener.LocalEndPoint!);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
            {
                // On its way; a poll tells whether it arrives.
            }
        }
    }

    public void Dispose()
    {
        queue.ForEach(socket => socket.Dispose());
        listener.Dispose();
    }
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>A connection whose every byte a test chooses: no client library puts anything right.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private Stream? stream;

    private RawConnection()
    {
    }

    /// <summary>Opens one without TLS.</summary>
    /// <param name="from">Its source address.</param>
    public static async Task<RawConnection> ConnectAsync(int port, string from = "127.0.0.1")
    {
        var connection = new RawConnection();
        connection.socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await connection.socket.ConnectAsync(IPAddress.Loopback, port);
        connection.stream = new NetworkStream(connection.socket, ownsSocket: false);
        return connection;
    }

    /// <summary>Opens one with TLS.</summary>
    public static async Task<RawConnection> ConnectTlsAsync(int port, string from = "127.0.0.1")
    {
        RawConnection connection = await ConnectAsync(port, from);
#pragma warning disable CA5359 // Tested is what the server takes.
        var tls = new SslStream(connection.stream!, leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(FioctlFolder.Host);
        connection.stream = tls;
        return connection;
    }

    /// <summary>Sends text.</summary>
    public async Task SendAsync(string text)
    {
        await stream!.WriteAsync(Encoding.Latin1.GetBytes(text));
        await stream.FlushAsync();
    }

    /// <summary>All that comes until the server closes; what was read before, where it breaks the connection off.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var read = new StringBuilder();
        byte[] buffer = new byte[4096];
        try
        {
            for (int count; (count = await stream!.ReadAsync(buffer, patience.Token)) > 0;)
            {
                read.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (IOException)
        {
            // It is closed.
        }

        return read.ToString();
    }

    /// <summary>Whether the server has closed it, or broken it off.</summary>
    public bool IsClosed
    {
        get
        {
            try
            {
                return socket.Poll(0, SelectMode.SelectRead) && socket.Receive(new byte[1], SocketFlags.Peek) == 0;
            }
            catch (SocketException)
            {
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stream?.Dispose();
        socket.Dispose();
    }
}

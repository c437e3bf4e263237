using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConnectProxy;

/// <summary>
/// A proxy that knows CONNECT and nothing else: whatever name is asked for, it connects to loopback. Prints its port, then one
/// line for each request; ends with its input. With a number it refuses that many requests before: half of them with 407, half with 503.
/// </summary>
internal static class Program
{
    private static int asked;
    private static int refusals;

    private static async Task Main(string[] args)
    {
        refusals = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 0;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        _ = AcceptAsync(listener);
        await Console.In.ReadToEndAsync();
    }

    private static async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            _ = ServeAsync(await listener.AcceptTcpClientAsync());
        }
    }

    private static async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            NetworkStream near = client.GetStream();
            string[] request = (await ReadHeadAsync(near)).Split(' ', 3);
            Console.WriteLine($"{request[0]} {request[1]}");
            if (request[0] != "CONNECT")
            {
                await near.WriteAsync("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                return;
            }

            int number = Interlocked.Increment(ref asked);
            if (number <= refusals)
            {
                await near.WriteAsync(number <= refusals / 2
                    ? "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray()
                    : "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                return;
            }

            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, new Uri("tcp://" + request[1]).Port);
            await near.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
            NetworkStream far = server.GetStream();
            await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] next = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(next) == 1)
        {
            head.Append((char)next[0]);
        }

        return head.ToString();
    }
}

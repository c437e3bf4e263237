using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AutoRegister.Core.Tests.Api;

/// <summary>
/// A proxy on loopback that writes down what it is asked for and answers as it is told: HTTP with or without CONNECT, SOCKS 4, 4a and 5.
/// It never leads anywhere.
/// </summary>
internal sealed class RecordingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TcpListener beside;
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;
    private readonly string answer;

    /// <param name="answer">What is said to an HTTP request; nothing: the connection is closed.</param>
    internal RecordingProxy(string answer = "")
    {
        this.answer = answer;
        listener.Start();
        beside = new TcpListener(IPAddress.IPv6Loopback, Port);
        beside.Start();
        accepting = Task.WhenAll(AcceptAsync(listener), AcceptAsync(beside));
    }

    internal int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What was asked for, in order: <c>CONNECT api.test:443 user:password</c>, <c>SOCKS5 192.0.2.1:443</c> …</summary>
    internal ConcurrentQueue<string> Seen { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await accepting;
        listener.Dispose();
        beside.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                byte[] first = await ReadAsync(stream, 1);
                await (first[0] switch { 4 => Version4Async(stream), 5 => Version5Async(stream), 0x16 => TlsAsync(), _ => HttpAsync(stream, (char)first[0]) });
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client has gone, or the test is over.
            }
        }
    }

    private Task TlsAsync()
    {
        Seen.Enqueue("TLS");
        return Task.CompletedTask;
    }

    private async Task HttpAsync(NetworkStream stream, char first)
    {
        while (await HeadAsync(stream, first) is { Length: > 0 } head)
        {
            string[] lines = head.Split("\r\n");
            string? credential = Array.Find(lines, line => line.StartsWith("Proxy-Authorization: Basic ", StringComparison.OrdinalIgnoreCase))?.Split(' ')[2];
            string[] request = lines[0].Split(' ');
            Seen.Enqueue(string.Join(' ', new[] { request[0], request[1], credential is null ? null : Encoding.UTF8.GetString(Convert.FromBase64String(credential)) }.OfType<string>()));
            if (answer.Length == 0)
            {
                return;
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), stop.Token);
            first = '\0';
        }
    }

    private async Task<string> HeadAsync(NetworkStream stream, char first)
    {
        var head = new StringBuilder();
        if (first != '\0')
        {
            head.Append(first);
        }

        byte[] next = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(next, stop.Token) == 1)
        {
            head.Append((char)next[0]);
        }

        return head.ToString();
    }

    private async Task Version4Async(NetworkStream stream)
    {
        byte[] request = await ReadAsync(stream, 7);
        string user = await TextAsync(stream);
        string host = request[3..6].All(part => part == 0) ? await TextAsync(stream) : new IPAddress(request[3..7]).ToString();
        Seen.Enqueue(Line("SOCKS4", host, request[1..3], user));
        await stream.WriteAsync(new byte[] { 0, 91, 0, 0, 0, 0, 0, 0 }, stop.Token);
    }

    private async Task Version5Async(NetworkStream stream)
    {
        byte[] methods = await ReadAsync(stream, (await ReadAsync(stream, 1))[0]);
        bool asks = methods.Contains((byte)2);
        await stream.WriteAsync(new byte[] { 5, (byte)(asks ? 2 : 0) }, stop.Token);
        string credential = string.Empty;
        if (asks)
        {
            await ReadAsync(stream, 1);
            credential = await CountedAsync(stream) + ":" + await CountedAsync(stream);
            await stream.WriteAsync(new byte[] { 1, 0 }, stop.Token);
        }

        byte[] head = await ReadAsync(stream, 4);
        string host = head[3] == 3 ? await CountedAsync(stream) : new IPAddress(await ReadAsync(stream, head[3] == 1 ? 4 : 16)).ToString();
        Seen.Enqueue(Line("SOCKS5", host, await ReadAsync(stream, 2), credential));
        await stream.WriteAsync(new byte[] { 5, 5, 0, 1, 0, 0, 0, 0, 0, 0 }, stop.Token);
    }

    private static string Line(string version, string host, byte[] port, string credential) =>
        string.Create(CultureInfo.InvariantCulture, $"{version} {host}:{(port[0] << 8) + port[1]} {credential}").TrimEnd();

    private async Task<string> CountedAsync(NetworkStream stream) => Encoding.UTF8.GetString(await ReadAsync(stream, (await ReadAsync(stream, 1))[0]));

    private async Task<string> TextAsync(NetworkStream stream)
    {
        List<byte> text = [];
        for (byte next = (await ReadAsync(stream, 1))[0]; next != 0; next = (await ReadAsync(stream, 1))[0])
        {
            text.Add(next);
        }

        return Encoding.UTF8.GetString([.. text]);
    }

    private async Task<byte[]> ReadAsync(NetworkStream stream, int length)
    {
        byte[] bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, stop.Token);
        return bytes;
    }
}

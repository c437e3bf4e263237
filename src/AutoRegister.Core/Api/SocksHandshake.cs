using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AutoRegister.Core.Api;

/// <summary>Asks a SOCKS proxy for a connection: version 5 (RFC 1928, RFC 1929), 4 and 4a (the memos of NEC and of Ying-Da Lee).</summary>
/// <param name="stream">The connection to the proxy; afterwards it leads to the server.</param>
internal sealed class SocksHandshake(Stream stream, ProxyServer proxy)
{
    // RFC 1929 and 4a have a byte, or a zero byte, for the end of these.
    private const int Longest = 255;

    private static readonly string[] Replies =
    [
        "it failed", "its rules do not allow it", "the network cannot be reached", "the host cannot be reached", "the connection was refused",
        "the time to live expired", "it does not know the command", "it does not know the type of address",
    ];

    /// <summary>Asks for a server.</summary>
    /// <param name="host">Its name, or its address where this machine resolved it.</param>
    /// <exception cref="SocksRefusal">The proxy said no, or spoke no SOCKS.</exception>
    internal async Task RunAsync(string host, int port, CancellationToken cancellation)
    {
        try
        {
            await (proxy.Kind is ProxyKind.Socks4 or ProxyKind.Socks4a ? AskVersion4Async(host, port, cancellation) : AskVersion5Async(host, port, cancellation)).ConfigureAwait(false);
        }
        catch (EndOfStreamException e)
        {
            throw new SocksRefusal("it closed the connection", e);
        }
    }

    private async Task AskVersion4Async(string host, int port, CancellationToken cancellation)
    {
        bool isAddress = IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork;
        if (!isAddress && proxy.Kind == ProxyKind.Socks4)
        {
            throw new SocksRefusal("SOCKS 4 knows IPv4 addresses alone");
        }

        // 4a: an address that cannot be, 0.0.0.1, says that a name follows.
        byte[] target = isAddress ? address!.GetAddressBytes() : [0, 0, 0, 1];
        byte[] name = isAddress ? [] : [.. Text(host), 0];
        await stream.WriteAsync((byte[])[4, 1, .. Port(port), .. target, .. Text(proxy.Credential?.UserName ?? string.Empty), 0, .. name], cancellation).ConfigureAwait(false);
        byte[] answer = await ReadAsync(8, cancellation).ConfigureAwait(false);
        if (answer[0] != 0 || answer[1] != 90)
        {
            throw new SocksRefusal(answer[0] != 0 ? "it does not speak SOCKS 4" : $"it refuses (code {answer[1]})");
        }
    }

    private async Task AskVersion5Async(string host, int port, CancellationToken cancellation)
    {
        await stream.WriteAsync(proxy.Credential is null ? new byte[] { 5, 1, 0 } : [5, 2, 0, 2], cancellation).ConfigureAwait(false);
        byte[] method = await ReadAsync(2, cancellation).ConfigureAwait(false);
        if (method[0] != 5 || method[1] is not (0 or 2))
        {
            throw new SocksRefusal(method[0] != 5 ? "it does not speak SOCKS 5" : "it takes none of our ways to log in");
        }

        if (method[1] == 2)
        {
            await LogInAsync(cancellation).ConfigureAwait(false);
        }

        byte[] target = !IPAddress.TryParse(host, out IPAddress? address) ? [3, (byte)Text(host).Length, .. Text(host)]
            : address.AddressFamily == AddressFamily.InterNetwork ? [1, .. address.GetAddressBytes()]
            : [4, .. address.GetAddressBytes()];
        await stream.WriteAsync((byte[])[5, 1, 0, .. target, .. Port(port)], cancellation).ConfigureAwait(false);
        byte[] answer = await ReadAsync(4, cancellation).ConfigureAwait(false);
        if (answer[0] != 5 || answer[1] != 0)
        {
            throw new SocksRefusal(answer[1] is > 0 and var code && code <= Replies.Length ? Replies[code - 1] : $"it refuses (code {answer[1]})");
        }

        // The address it connected from, of no use, and of a length that its type says.
        int length = answer[3] switch { 1 => 4, 4 => 16, 3 => (await ReadAsync(1, cancellation).ConfigureAwait(false))[0], _ => throw new SocksRefusal("its answer is none of SOCKS 5") };
        await ReadAsync(length + 2, cancellation).ConfigureAwait(false);
    }

    private async Task LogInAsync(CancellationToken cancellation)
    {
        byte[] user = Text(proxy.Credential?.UserName ?? string.Empty);
        byte[] password = Text(proxy.Credential?.Password ?? string.Empty);
        await stream.WriteAsync((byte[])[1, (byte)user.Length, .. user, (byte)password.Length, .. password], cancellation).ConfigureAwait(false);
        if ((await ReadAsync(2, cancellation).ConfigureAwait(false))[1] != 0)
        {
            throw new SocksRefusal(proxy.Credential is null ? "it wants a user name and a password" : "it does not accept the user name and password");
        }
    }

    private async Task<byte[]> ReadAsync(int length, CancellationToken cancellation)
    {
        byte[] answer = new byte[length];
        await stream.ReadExactlyAsync(answer, cancellation).ConfigureAwait(false);
        return answer;
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text) is { Length: <= Longest } bytes
        ? bytes
        : throw new SocksRefusal($"SOCKS has no room for a name or password of more than {Longest} bytes");

    private static byte[] Port(int port)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)port);
        return bytes;
    }
}

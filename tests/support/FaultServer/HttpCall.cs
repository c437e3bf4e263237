using System.Globalization;
using System.Text;

namespace FaultServer;

/// <summary>One HTTP/1.1 request as it came over the wire, and the raw stream to answer on.</summary>
public sealed class HttpCall(Stream stream)
{
    private const int HeadLimit = 64 * 1024;

    /// <summary>The method.</summary>
    public string Method { get; private set; } = string.Empty;

    /// <summary>The headers, by lower-case name.</summary>
    public Dictionary<string, string> Headers { get; } = [];

    /// <summary>The body.</summary>
    public byte[] Body { get; private set; } = [];

    /// <summary>The stream below: whatever is written to it is sent as it is.</summary>
    public Stream Stream => stream;

    /// <summary>Reads the request.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        string? line = await ReadLineAsync(cancellation).ConfigureAwait(false);
        if (string.IsNullOrEmpty(line))
        {
            return false;
        }

        Method = line.Split(' ')[0];
        while (await ReadLineAsync(cancellation).ConfigureAwait(false) is { Length: > 0 } header)
        {
            int colon = header.IndexOf(':', StringComparison.Ordinal);
            Headers[header[..colon].ToLowerInvariant()] = header[(colon + 1)..].Trim();
        }

        if (Headers.TryGetValue("content-length", out string? length))
        {
            Body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(Body, cancellation).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Sends text as it is.</summary>
    public Task SendAsync(string text, CancellationToken cancellation) => SendAsync(Encoding.UTF8.GetBytes(text), cancellation);

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(byte[] bytes, CancellationToken cancellation)
    {
        await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        await stream.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends a whole and honest answer.</summary>
    public async Task AnswerAsync(HttpReply reply, CancellationToken cancellation)
    {
        await SendAsync(reply.Head(reply.Body.Length), cancellation).ConfigureAwait(false);
        if (Method != "HEAD")
        {
            await SendAsync(reply.Body, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (line.Length < HeadLimit && await stream.ReadAsync(one, cancellation).ConfigureAwait(false) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return null;
    }
}

using System.Threading.Channels;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Http;

/// <summary>
/// One line per request on stderr: port, method, path, status, the device. Never a query, a header or a body, which is
/// where secrets are. Lines are dropped rather than waited for, so that a full pipe can't stop registrations.
/// </summary>
internal sealed class RequestLog : IAsyncDisposable
{
    private static readonly object NoteKey = new();

    private readonly Channel<string> lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(8192) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly Task writing;

    /// <summary>Starts writing.</summary>
    public RequestLog(TextWriter output) => writing = Task.Run(() => WriteAsync(output));

    /// <summary>Adds a device's UUID to the line of the request.</summary>
    public static void Note(HttpContext context, string uuid) => context.Items[NoteKey] = uuid;

    /// <summary>Writes the line of a request that was answered.</summary>
    public void Add(string port, HttpContext context)
    {
        string path = FieldRules.Quote(context.Request.Path.Value ?? "");
        string method = FieldRules.Quote(context.Request.Method);
        string note = context.Items.TryGetValue(NoteKey, out object? uuid) ? $" {uuid}".TrimEnd() : "";
        lines.Writer.TryWrite($"{port} {method} {path} {context.Response.StatusCode}{note}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lines.Writer.TryComplete();
        // Whoever reads our stderr may have stopped reading: the end does not wait for them.
        await Task.WhenAny(writing, Task.Delay(TimeSpan.FromSeconds(1)));
    }

    private async Task WriteAsync(TextWriter output)
    {
        await foreach (string line in lines.Reader.ReadAllAsync())
        {
            await output.WriteLineAsync(line);
        }
    }
}

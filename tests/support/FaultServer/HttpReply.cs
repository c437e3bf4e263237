using System.Text;

namespace FaultServer;

/// <summary>An HTTP answer before it is sent.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">The body.</param>
/// <param name="ContentType">Its type.</param>
/// <param name="Extra">Further header lines, each ended by CR LF.</param>
public sealed record HttpReply(int Status, byte[] Body, string ContentType = "application/json", string Extra = "")
{
    /// <summary>An answer with a text.</summary>
    public static HttpReply Text(int status, string body, string contentType = "application/json", string extra = "") =>
        new(status, Encoding.UTF8.GetBytes(body), contentType, extra);

    /// <summary>Status line and headers. Connections are never kept: one request, one connection, one behaviour.</summary>
    /// <param name="length">The length to claim.</param>
    public string Head(long length) =>
        $"HTTP/1.1 {Status} Answer\r\nContent-Type: {ContentType}\r\nContent-Length: {length}\r\nConnection: close\r\n{Extra}\r\n";
}

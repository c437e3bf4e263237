using System.Net.Security;
using System.Text;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>The other side of a rehearsal waits for the whole of a request, however it is cut, as a real server does.</summary>
public sealed class RehearsalServerTests : IDisposable
{
    private readonly UnregisteredDevice device = new();

    [Theory]
    [InlineData("HEAD / HTTP/1.1\r\n", "Host: localhost\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 12\r\n\r\n", "twelve bytes")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 12\r\n\r\ntwelve byte", "s")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 9\r\nX-More: 1\r\n\r\n", "123456789")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 12", "\r\n\r\ntwelve bytes")]
    public async Task A_request_is_answered_when_it_is_whole(string first, string rest)
    {
        DeviceKey key = device.MakeKey(device.Config);
        using RehearsalServer server = RehearsalServer.For(key);
        (Stream here, Stream there) = SocketPair.Open();
        Task serving = server.ServeAsync(there);
        await using var tls = new SslStream(here, leaveInnerStreamOpen: false, server.Anchor.Validate);
        await tls.AuthenticateAsClientAsync("localhost");

        await tls.WriteAsync(Encoding.ASCII.GetBytes(first));
        Task<string> answer = ReadHeadAsync(tls);
        await Task.WhenAny(answer, serving, Task.Delay(300));
        Assert.False(answer.IsCompleted);
        await tls.WriteAsync(Encoding.ASCII.GetBytes(rest));
        Assert.StartsWith("HTTP/1.1 405 ", await answer, StringComparison.Ordinal);
        Assert.False(serving.IsCompleted);

        await tls.WriteAsync(Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 201 ", await ReadHeadAsync(tls), StringComparison.Ordinal);
        await serving;
    }

    [Fact]
    public async Task A_client_that_has_gone_is_not_waited_for()
    {
        using RehearsalServer server = RehearsalServer.For(device.MakeKey(device.Config));
        (Stream here, Stream there) = SocketPair.Open();
        Task serving = server.ServeAsync(there);
        await using (var tls = new SslStream(here, leaveInnerStreamOpen: false, server.Anchor.Validate))
        {
            await tls.AuthenticateAsClientAsync("localhost");
            await tls.WriteAsync("HEAD / HT"u8.ToArray());
        }

        // It ends, in whatever way: a write to nobody may fail.
        await Task.WhenAny(serving, Task.Delay(TimeSpan.FromSeconds(30)));
        Assert.True(serving.IsCompleted);
    }

    public void Dispose() => device.Dispose();

    // The head of an answer comes in one piece: it is written in one.
    private static async Task<string> ReadHeadAsync(SslStream tls)
    {
        var buffer = new byte[16 * 1024];
        return Encoding.ASCII.GetString(buffer, 0, await tls.ReadAsync(buffer));
    }
}

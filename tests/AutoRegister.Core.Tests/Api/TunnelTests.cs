using System.Text;
using AutoRegister.Core.Api;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>The raw connections of the gateway probe go through the same proxies as HTTP does.</summary>
public sealed class TunnelTests
{
    private static readonly Uri Gateway = new("https://gw.test:8443");

    [Fact]
    public async Task AnHttpProxyLeadsToTheGateway()
    {
        await using var proxy = new RecordingProxy("HTTP/1.1 200 Go on\r\n\r\n");
        await using Stream stream = await Dialer($"http://user:pass@127.0.0.1:{proxy.Port}").OpenAsync(Gateway, CancellationToken.None);
        stream.Write("HELLO there\r\n\r\n"u8);
        stream.Flush();
        byte[] answer = new byte[18];

        // TLS of BouncyCastle reads as this does, without awaiting.
        stream.ReadExactly(answer);
        Assert.Equal("HTTP/1.1 200 Go on", Encoding.ASCII.GetString(answer));
        Assert.Equal(["CONNECT gw.test:8443 user:pass", "HELLO there"], proxy.Seen);
    }

    [Theory]
    [InlineData("http", "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", "HTTP_407")]
    [InlineData("http", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "HTTP_503")]
    [InlineData("socks5h", "", "the connection was refused")]
    [InlineData("socks4a", "", "it refuses (code 91)")]
    public async Task AProxyThatRefusesIsNamedWithoutItsPassword(string scheme, string answer, string words)
    {
        await using var proxy = new RecordingProxy(answer);
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => Dialer($"{scheme}://user:sesame@127.0.0.1:{proxy.Port}").OpenAsync(Gateway, CancellationToken.None));
        Assert.Equal(ErrorId.ProxyRefused, error.Id);
        Assert.Contains($"{scheme}://127.0.0.1:{proxy.Port} (ALL_PROXY)", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", error.ToString(), StringComparison.Ordinal);
    }

    private static Dialer Dialer(string proxy) => new(new ProxyVariables(name => name == "ALL_PROXY" ? proxy : null));
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Api;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Enrollment;
using FaultServer;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>A client that the devices of a line share: one connection, one question, one pace.</summary>
public sealed class LineClientTests
{
    private readonly RecordingObserver observer = new();

    private LineThrottle Gate => new(8, Timeout.InfiniteTimeSpan, observer);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Http_2_is_offered_by_a_line_and_not_by_a_device(bool line)
    {
        using X509Certificate2 certificate = SelfSigned.Server();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<SslApplicationProtocol> negotiated = NegotiateAsync(listener, certificate);
        using var client = new RegistrationClient(anchor: TrustAnchor.Of(certificate), throttle: line ? Gate : null);
        var api = new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

        // The server hangs up after the handshake.
        await Assert.ThrowsAsync<AutoRegisterException>(() => RegisterAsync(client, api));
        Assert.Equal(line, await negotiated == SslApplicationProtocol.Http2);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public async Task A_line_asks_once_whether_the_server_answers(bool line, int asked)
    {
        int pings = 0;
        using var server = new PlainServer(context =>
        {
            pings++;
            return PlainServer.SayAsync(context, 405, string.Empty);
        });
        using var client = new RegistrationClient(throttle: line ? Gate : null);
        for (int device = 0; device < 3; device++)
        {
            await client.PingAsync(server.Origin, CancellationToken.None);
        }

        Assert.Equal(asked, pings);
    }

    [Fact]
    public async Task A_line_that_is_told_to_slow_down_sends_again_and_a_device_leaves_that_to_its_schedule()
    {
        int requests = 0;
        using var server = new PlainServer(context =>
        {
            context.Response.Headers["Retry-After"] = "1";
            return PlainServer.SayAsync(context, ++requests % 2 == 1 ? 429 : 201, "{}");
        });
        using (var client = new RegistrationClient(throttle: Gate))
        {
            Assert.Equal("{}"u8.ToArray(), await RegisterAsync(client, server.Origin));
        }

        Assert.Equal(2, requests);
        using var alone = new RegistrationClient();
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => RegisterAsync(alone, server.Origin));
        Assert.Equal((ErrorId.ServerUnavailable, TimeSpan.FromSeconds(1)), (error.Id, error.RetryAfter));
    }

    private static async Task<SslApplicationProtocol> NegotiateAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using TcpClient connection = await listener.AcceptTcpClientAsync();
        using var tls = new SslStream(connection.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        });
        listener.Stop();
        return tls.NegotiatedApplicationProtocol;
    }

    private static Task<byte[]> RegisterAsync(RegistrationClient client, Uri api) => client.RegisterAsync(
        new SotaConfig { Factory = "acme", Tags = ["main"], HardwareId = "board", DeviceApi = api }, null, "{}"u8.ToArray(), CancellationToken.None);
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Attacks;

/// <summary>Clients that are slow, or many: they cost the server little, and stations nothing.</summary>
public sealed class ConnectionTests(AttackedServer server) : IClassFixture<AttackedServer>
{
    private const string Attacker = "127.0.0.2";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(40);

    private int Port => server.Process.Registration.Port;

    [Fact]
    public async Task A_handshake_that_never_ends_is_ended()
    {
        using RawConnection silent = await RawConnection.ConnectAsync(Port, Attacker);
        using RawConnection half = await RawConnection.ConnectAsync(Port, Attacker);
        // The beginning of a ClientHello.
        await half.SendAsync("\x16\x03\x01\x02\x00\x01");
        var waited = Stopwatch.StartNew();
        Assert.Empty(await silent.ReadToEndAsync());
        await half.ReadToEndAsync();
        Assert.InRange(waited.Elapsed, TimeSpan.Zero, Long);
    }

    [Fact]
    public async Task Headers_and_a_body_a_byte_at_a_time_are_408()
    {
        using var device = new TestDevice();
        string body = device.Body().ToJsonString();
        string head = $"POST /ota/devices/ HTTP/1.1\r\nHost: {FioctlFolder.Host}\r\nOSF-TOKEN: {server.Process.Token}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        string[] ends = await Task.WhenAll(DripAsync("", head + body), DripAsync(head, body));
        Assert.All(ends, end => Assert.Contains("408", end.Split('\n')[0], StringComparison.Ordinal));
        Assert.Equal(0, await server.CountAsync(device.Uuid));
    }

    [Fact]
    public async Task Ten_thousand_idle_connections_of_one_address_keep_nobody_else_out()
    {
        const int Many = 10_000;
        var idle = new List<RawConnection>(Many);
        try
        {
            for (int i = 0; i < Many; i++)
            {
                await TryConnectAsync(idle);
                if (i % 1000 == 999)
                {
                    // A station whose connections are new, as after its own start.
                    using HttpClient client = server.Process.Client();
                    using var device = new TestDevice();
                    using HttpResponseMessage response = await server.Process.RegisterAsync(client, device);
                    Assert.Equal(HttpStatusCode.Created, response.StatusCode);
                }
            }

            await server.Process.WaitAsync(() => idle.Count(connection => !connection.IsClosed) <= 256, "closes what is more than one address may have");
        }
        finally
        {
            idle.ForEach(connection => connection.Dispose());
        }
    }

    private async Task TryConnectAsync(List<RawConnection> idle)
    {
        try
        {
            idle.Add(await RawConnection.ConnectAsync(Port, Attacker));
        }
        catch (SocketException)
        {
            // Broken off before it was ours.
        }
    }

    // Sends the first part at once, and the second until nobody listens.
    private async Task<string> DripAsync(string first, string second)
    {
        using RawConnection connection = await RawConnection.ConnectTlsAsync(Port, Attacker);
        await connection.SendAsync(first);
        Task<string> answer = connection.ReadToEndAsync();
        var waited = Stopwatch.StartNew();
        for (int i = 0; i < second.Length && !answer.IsCompleted; i++)
        {
            Assert.True(waited.Elapsed < Long, "it is still listened to");
            try
            {
                await connection.SendAsync(second[i..(i + 1)]);
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(answer, Task.Delay(250));
        }

        return await answer;
    }
}

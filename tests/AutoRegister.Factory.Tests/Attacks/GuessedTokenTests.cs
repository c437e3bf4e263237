using System.Net;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Attacks;

/// <summary>Somebody who tries tokens, or <c>/sign</c>, again and again.</summary>
public sealed class GuessedTokenTests(AttackedServer server) : IClassFixture<AttackedServer>
{
    // Of the configuration; the window may end once while a test runs.
    private const int Allowed = 10;
    private const int Tries = 60;

    [Fact]
    public async Task Wrong_tokens_are_429_soon_and_fill_no_audit_while_the_right_one_is_taken()
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        int before = await server.AuditRowsAsync();
        var answers = new List<HttpStatusCode>();
        for (int i = 0; i < Tries; i++)
        {
            using HttpResponseMessage response = await server.Client.PostAsync(server.Process.Registration, body, ("OSF-TOKEN", $"lmpst_{i:x40}"));
            answers.Add(response.StatusCode);
            Assert.Equal(response.StatusCode == HttpStatusCode.TooManyRequests, response.Headers.RetryAfter is not null);
        }

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests], answers.Distinct());
        Assert.InRange(answers.Count(status => status == HttpStatusCode.Unauthorized), 1, 2 * Allowed);
        await server.RegisterAsync(device);
        Assert.InRange(await server.AuditRowsAsync() - before, 2, (2 * Allowed) + 1);
    }

    [Fact]
    public async Task Strangers_at_sign_are_429_soon_and_fill_no_audit()
    {
        int before = await server.AuditRowsAsync();
        var answers = new List<string>();
        for (int i = 0; i < Tries; i++)
        {
            using RawConnection connection = await RawConnection.ConnectTlsAsync(server.Process.Registration.Port, "127.0.0.3");
            await connection.SendAsync($"POST /sign HTTP/1.1\r\nHost: {FioctlFolder.Host}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
            answers.Add((await connection.ReadToEndAsync()).Split(' ')[1]);
        }

        Assert.Equal(["403", "429"], answers.Distinct());
        Assert.InRange(await server.AuditRowsAsync() - before, 1, 2 * Allowed);
    }
}

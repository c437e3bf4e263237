using System.Net;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Attacks;

/// <summary>Somebody in a network that may use <c>/sign</c> who asks for devices that nobody expects, again and again, to fill the audit.</summary>
public sealed class RefusalFloodTests(AttackedServer server) : IClassFixture<AttackedServer>
{
    [Fact]
    public async Task Requests_for_ever_new_devices_are_a_handful_of_rows()
    {
        const int Requests = 200;
        int before = await server.AuditRowsAsync();
        for (int i = 0; i < Requests; i++)
        {
            // Malformed in words of its own each time.
            string body = $$"""{"csr": "x", "uuid": "{{Guid.NewGuid()}}", "hardware-id": "h", "sota-config-dir": "/var/sota", "name": "device {{i}}", "unknown-{{i}}": 1}""";
            using HttpResponseMessage answer = await server.Client.PostAsync(server.Process.Api("/sign"), body, "application/json");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        int rows = await server.AuditRowsAsync() - before;
        Assert.InRange(rows, 1, 12);
        using var device = new TestDevice();
        await server.RegisterAsync(device);
        server.Process.Terminate();
        await server.Process.EndAsync();
        string audit = await server.Process.RunAsync("audit", "export");
        Assert.Contains(" more within a minute", audit, StringComparison.Ordinal);
        Assert.InRange(await server.AuditRowsAsync() - before, 2, 25);
        Assert.Contains("rows hold", await server.Process.RunAsync("audit", "verify"), StringComparison.Ordinal);
    }
}

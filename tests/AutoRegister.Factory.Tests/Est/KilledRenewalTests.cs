using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Est;

/// <summary>A server that is killed over a renewal.</summary>
public sealed class KilledRenewalTests
{
    private const int Kills = 5;

    [Fact]
    public async Task A_device_whose_renewal_died_with_the_server_renews_with_the_certificate_it_has()
    {
        await using ServeProcess server = await ServeProcess.StartAsync(settings => settings["Est"] = new JsonObject { ["Listen"] = "127.0.0.1:0" });
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(server, key);
        using var reader = new LedgerReader(new SqliteLedger(Path.Combine(server.Home, "ledger.db")));
        string last = "";
        for (int i = 0; i < Kills; i++)
        {
            using var lost = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            last = RotatingDevice.Request(device.Current.SubjectName, lost);
            // Nobody reads the answer, if there is one.
            Task request = Record.ExceptionAsync(() => device.SendAsync(server, last));
            while (Count(reader, "kind = 'renewal'") <= i)
            {
                Assert.False(request.IsCompleted && Count(reader, "kind = 'renewal'") <= i, server.Output);
            }

            server.Kill();
            await server.EndAsync();
            await request;
            await server.StartAsync();
            Assert.Equal(0, Count(reader, "state = 'claimed'"));
        }

        // The one that died last is to be had, and the device goes on with another.
        using (HttpResponseMessage again = await device.SendAsync(server, last))
        {
            Assert.True(again.IsSuccessStatusCode, await again.TextAsync());
        }

        await device.RotateAsync(server);
        await device.RotateAsync(server);
        Assert.Contains("rows hold", await server.RunAsync("audit", "verify"), StringComparison.Ordinal);
    }

    private static long Count(LedgerReader reader, string what) => reader.Read(session => session.Number($"SELECT count(*) FROM certificates WHERE {what}"));
}

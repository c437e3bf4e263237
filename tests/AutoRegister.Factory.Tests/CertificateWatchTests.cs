using System.Text.Json.Nodes;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>A factory's own certificates that end: a person hears of it in time, and devices are registered meanwhile.</summary>
[Collection(FioctlFolder.Collection)]
public sealed class CertificateWatchTests
{
    [Theory]
    [InlineData(0, false, false)]
    [InlineData(3650 - 364, true, false)]
    [InlineData(3650 + 1, true, true)]
    public void Each_is_told_of_its_time_before_its_end(int days, bool ofDeviceCa, bool ofTls)
    {
        using var folder = new FioctlFolder();
        using FactoryPki pki = folder.Open();
        IReadOnlyList<string> warnings = new CertificateWatch(pki, new ManualClock { Now = DateTimeOffset.UtcNow.AddDays(days) }).Warnings;
        Assert.Equal(ofDeviceCa, warnings.Any(warning => warning.StartsWith("the device CA certificate", StringComparison.Ordinal)));
        Assert.Equal(ofTls, warnings.Any(warning => warning.StartsWith("the TLS certificate has ended", StringComparison.Ordinal)));
        Assert.DoesNotContain(warnings, warning => warning.StartsWith("the root", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_TLS_certificate_that_ends_in_ten_days_is_told_by_log_readyz_and_metric()
    {
        using var folder = new FioctlFolder();
        folder.MakeTls(days: 10);
        string password = Path.Combine(folder.Path, "password");
        await File.WriteAllTextAsync(password, "a password\n");
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var server = new ServeProcess(settings => settings["Admin"] = new JsonObject { ["Listen"] = "127.0.0.1:0", ["PasswordFile"] = password }, folder);
        await server.StartAsync();
        using HttpClient client = server.Client();
        using HttpResponseMessage ready = await client.GetAsync(server.Api("/readyz"));
        Assert.True(ready.IsSuccessStatusCode);
        Assert.Matches(@"\Aready\nwarning: the TLS certificate ends on \d{4}-", await ready.TextAsync());
        await server.WaitAsync(() => server.Output.Contains("warning: the TLS certificate ends on", StringComparison.Ordinal), "the log says it");
        string metrics = await client.GetStringAsync(new Uri(server.Screen, "/metrics"));
        Assert.Matches("(?m)^lmp_factory_certificate_not_after_seconds\\{.*of=\"TLS\".*\\} [1-9]", metrics);

        // A new one needs no restart.
        folder.MakeTls(days: 3650);
        string told = "warning";
        for (int i = 0; i < 60 && told.Contains("warning", StringComparison.Ordinal); i++)
        {
            await Task.Delay(500);
            told = await client.GetStringAsync(server.Api("/readyz"));
        }

        Assert.Equal("ready\n", told);
    }
}

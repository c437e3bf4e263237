using System.Diagnostics.CodeAnalysis;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.OAuth;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>The parts of the device flow that depend on the time, with a clock that a test moves.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls IAsyncLifetime.DisposeAsync.")]
public sealed class DeviceAuthorizationsTests : IAsyncLifetime
{
    private const string Uuid = "11111111-2222-4333-8444-555555555555";

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lmp-factory-");
    private readonly ManualClock clock = new();
    private LedgerWriter writer = null!;
    private DeviceAuthorizations authorizations = null!;

    public Task InitializeAsync()
    {
        var ledger = new SqliteLedger(Path.Combine(directory.FullName, SqliteLedger.FileName));
        ledger.Migrate();
        writer = new LedgerWriter(ledger);
        authorizations = new DeviceAuthorizations(writer, clock, TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(5));
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Each_slow_down_adds_five_seconds_to_the_interval()
    {
        DeviceGrant grant = await authorizations.StartAsync(Uuid);
        Assert.Equal("authorization_pending", await PollAfterAsync(grant, 0));
        Assert.Equal("slow_down", await PollAfterAsync(grant, 4.9));
        Assert.Equal("slow_down", await PollAfterAsync(grant, 9.9));
        Assert.Equal("authorization_pending", await PollAfterAsync(grant, 15));
        Assert.True(await authorizations.DecideAsync(grant.UserCode, approve: true));
        Assert.Equal("slow_down", await PollAfterAsync(grant, 14.9));
        Assert.Null(await PollAfterAsync(grant, 20));
    }

    [Fact]
    public async Task An_approval_that_is_not_fetched_in_time_expires_too()
    {
        DeviceGrant grant = await authorizations.StartAsync(Uuid);
        Assert.True(await authorizations.DecideAsync(grant.UserCode, approve: true));
        Assert.Equal("expired_token", await PollAfterAsync(grant, 901));
        Assert.False(await authorizations.DecideAsync(grant.UserCode, approve: true));
    }

    [Fact]
    public async Task An_access_token_expires()
    {
        DeviceGrant grant = await authorizations.StartAsync(Uuid);
        await authorizations.DecideAsync(grant.UserCode, approve: true);
        string token = (await authorizations.PollAsync(grant.DeviceCode, Uuid)).AccessToken!;
        clock.Now += DeviceAuthorizations.TokenLifetime - TimeSpan.FromSeconds(1);
        Assert.Equal(Uuid, await authorizations.HolderOfAsync(token));
        clock.Now += TimeSpan.FromSeconds(2);
        Assert.Null(await authorizations.HolderOfAsync(token));
        Assert.Null(await authorizations.HolderOfAsync("wrong"));
    }

    public async Task DisposeAsync()
    {
        await writer.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private async Task<string?> PollAfterAsync(DeviceGrant grant, double seconds)
    {
        clock.Now += TimeSpan.FromSeconds(seconds);
        return (await authorizations.PollAsync(grant.DeviceCode, Uuid)).Error;
    }
}

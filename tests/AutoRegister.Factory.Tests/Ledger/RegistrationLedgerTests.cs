using System.Data.Common;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;
using Xunit;

namespace AutoRegister.Factory.Tests.Ledger;

/// <summary>Which device has which key and name, for how long, whatever database the ledger is in.</summary>
public abstract class RegistrationLedgerTests(LedgerSource source) : LedgerSuite(source)
{
    [Fact]
    public async Task A_device_that_comes_again_with_its_key_gets_what_it_got()
    {
        RegisteredDevice first = await RegisterAsync(Claim("a"));
        string certificate = await Claims.FinishAsync(first.Claim);
        RegisteredDevice again = await RegisterAsync(Claim("a"));
        Assert.Null(first.Certificate);
        Assert.Equal((certificate, first.SotaToml, first.Claim.Serial), (again.Certificate, again.SotaToml, again.Claim.Serial));
        Assert.Equal(1, Count("certificates"));
        Assert.Equal(2, Reader.Read(DeviceListing.All).Single().Registrations);
    }

    [Fact]
    public async Task Another_key_is_told_since_when_and_by_whom_the_device_is_registered()
    {
        await RegisterAsync(Claim("a"));
        Refusal refusal = await RefusedAsync(Claim("a") with { PublicKeySha256 = "other" });
        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        Assert.Contains("line-1", refusal.Reason, StringComparison.Ordinal);
        Assert.Contains($"{Clock.GetUtcNow():yyyy-MM-dd}", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_never_two_devices()
    {
        await RegisterAsync(Claim("a"));
        Refusal refusal = await RefusedAsync(Claim("b") with { PublicKeySha256 = "key a" });
        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        Assert.Contains(Uuid("a"), refusal.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Pump", "PUMP")]
    [InlineData("Übung", "übung")]
    public async Task Names_differ_in_more_than_case(string name, string other)
    {
        await RegisterAsync(Claim("a") with { Name = name });
        Assert.Equal(RefusalKind.Conflict, (await RefusedAsync(Claim("b") with { Name = other })).Kind);
    }

    [Fact]
    public async Task The_database_itself_refuses_a_uuid_in_upper_case_and_a_name_twice()
    {
        await RegisterAsync(Claim("a"));
        const string Copy = "INSERT INTO devices (uuid, name, name_folded, asked_name, hardware_id, production, sota_toml, created, registrations) SELECT $1, name, $2, asked_name, hardware_id, production, sota_toml, created, registrations FROM devices";
        await Assert.ThrowsAnyAsync<DbException>(() => Writer.DoAsync(session => session.Run(Copy, "ABCDEF", "free")));
        await Assert.ThrowsAnyAsync<DbException>(() => Writer.DoAsync(session => session.Run(Copy, "abcdef", "name a")));
        Assert.Equal(1, await Writer.DoAsync(session => session.Run(Copy, "abcdef", "free")));
    }

    [Fact]
    public async Task A_repaired_board_brings_another_key_once_while_the_window_is_open()
    {
        await RegisterAsync(Claim("a"));
        Assert.True(await Writer.DoAsync(session => DeviceCare.OpenRekey(session, Uuid("a"), Clock.GetUtcNow().AddHours(1), "operator", Clock.GetUtcNow())));
        RegisteredDevice repaired = await RegisterAsync(Claim("a") with { PublicKeySha256 = "new key" });
        Assert.NotNull(repaired.Claim);
        Assert.Equal(RefusalKind.Conflict, (await RefusedAsync(Claim("a") with { PublicKeySha256 = "third key" })).Kind);
        Assert.Equal(RefusalKind.Forbidden, (await RefusedAsync(Claim("a"))).Kind);
        Assert.Null(await new DeviceCertificates(Writer, Clock).SeenAsync(Uuid("a"), "key a"));
        Assert.Equal("name a", await new DeviceCertificates(Writer, Clock).SeenAsync(Uuid("a"), "new key"));
    }

    [Fact]
    public async Task A_repaired_board_is_brought_by_a_station_that_may_register_such_a_device()
    {
        var policy = new AdmissionPolicy(AdmissionMode.Stations, null);
        await Writer.DoAsync(session => StationRegistry.Add(session, new Station { Name = "line-1", Groups = ["lab"] }, "token", null, Clock.GetUtcNow()));
        await RegisterAsync(Claim("a") with { Group = "field" });
        await Writer.DoAsync(session => DeviceCare.OpenRekey(session, Uuid("a"), Clock.GetUtcNow().AddHours(1), "operator", Clock.GetUtcNow()));
        Assert.Equal(RefusalKind.Forbidden, (await RefusedAsync(Claim("a") with { PublicKeySha256 = "new key" }, policy)).Kind);
        await Writer.DoAsync(session => session.Run("UPDATE stations SET device_groups = NULL"));
        Assert.NotNull(await RegisterAsync(Claim("a") with { PublicKeySha256 = "new key" }, policy));
    }

    [Fact]
    public async Task A_window_that_was_not_used_closes()
    {
        await RegisterAsync(Claim("a"));
        await Writer.DoAsync(session => DeviceCare.OpenRekey(session, Uuid("a"), Clock.GetUtcNow().AddHours(1), "operator", Clock.GetUtcNow()));
        Clock.Now += TimeSpan.FromHours(1);
        Assert.Equal(RefusalKind.Conflict, (await RefusedAsync(Claim("a") with { PublicKeySha256 = "new key" })).Kind);
    }

    [Fact]
    public async Task A_revoked_device_stays_out_for_good()
    {
        await RegisterAsync(Claim("a"));
        Assert.True(await Writer.DoAsync(session => DeviceCare.Revoke(session, Uuid("a"), "stolen", "operator", Clock.GetUtcNow())));
        Assert.False(await Writer.DoAsync(session => DeviceCare.Revoke(session, Uuid("a"), "again", "operator", Clock.GetUtcNow())));
        Assert.Contains("stolen", (await RefusedAsync(Claim("a"))).Reason, StringComparison.Ordinal);
        Assert.Contains("stolen", (await RefusedAsync(Claim("a") with { PublicKeySha256 = "new key" })).Reason, StringComparison.Ordinal);
        Assert.Null(await new DeviceCertificates(Writer, Clock).SeenAsync(Uuid("a"), "key a"));
    }
}

/// <summary>In a file of SQLite.</summary>
public sealed class SqliteRegistrationTests(SqliteSource source) : RegistrationLedgerTests(source), IClassFixture<SqliteSource>;

/// <summary>In PostgreSQL.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresRegistrationTests(PostgresSource source) : RegistrationLedgerTests(source);

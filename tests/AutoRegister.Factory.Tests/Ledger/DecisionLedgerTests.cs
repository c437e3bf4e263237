using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;
using Xunit;

namespace AutoRegister.Factory.Tests.Ledger;

/// <summary>The audit, and what stations, persons and lists decide, whatever database the ledger is in.</summary>
public abstract class DecisionLedgerTests(LedgerSource source) : LedgerSuite(source)
{
    [Fact]
    public async Task The_audit_has_every_decision_and_holds()
    {
        await RegisterAsync(Claim("a"));
        await RefusedAsync(Claim("a") with { PublicKeySha256 = "other" });
        await Devices.RefusedAsync(Station with { Actor = "unknown" }, null, "wrong token");
        IReadOnlyList<AuditRow> rows = Reader.Read(session => AuditTrail.Read(session, 0, 100));
        Assert.Equal(["done", "refused", "refused"], rows.Select(row => row.Outcome));
        Assert.Equal(["station line-1", "station line-1", "unknown"], rows.Select(row => row.Actor));
        Assert.Null(Reader.Read(AuditTrail.Verify));
    }

    [Theory]
    [InlineData("UPDATE audit SET actor = 'somebody else' WHERE number = 2", "row 2")]
    [InlineData("DELETE FROM audit WHERE number = 2", "row 2 is missing")]
    [InlineData("UPDATE audit SET reason = NULL WHERE number = 3", "row 3")]
    public async Task An_audit_that_was_changed_does_not_hold(string change, string complaint)
    {
        for (int i = 0; i < 4; i++)
        {
            await Devices.RefusedAsync(Station, null, $"reason {i}");
        }

        await Writer.DoAsync(session => session.Run(change));
        Assert.Contains(complaint, Reader.Read(AuditTrail.Verify), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_station_registers_as_many_devices_as_it_may_however_they_come()
    {
        await Writer.DoAsync(session => StationRegistry.Add(session, new Station { Name = "line-1", DeviceLimit = 3 }, "token", null, Clock.GetUtcNow()));
        var policy = new AdmissionPolicy(AdmissionMode.Stations, null);
        bool[] outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            try
            {
                await RegisterAsync(Claim($"{i}"), policy);
                return true;
            }
            catch (RefusedException e)
            {
                Assert.Equal(RefusalKind.Forbidden, e.Refusal.Kind);
                return false;
            }
        }));
        Assert.Equal(3, outcomes.Count(registered => registered));
        Assert.Equal(3, Reader.Read(StationRegistry.All).Single().Devices);
    }

    [Fact]
    public async Task A_device_that_waits_is_let_in_with_the_key_that_a_person_accepted()
    {
        var policy = new AdmissionPolicy(AdmissionMode.Pending, null);
        Assert.Equal(RefusalKind.Pending, (await RefusedAsync(Claim("a"), policy)).Kind);
        PendingDevice waiting = Assert.Single(Reader.Read(PendingDevices.Waiting));
        Assert.True(await Writer.DoAsync(session => PendingDevices.Decide(session, waiting.Uuid, waiting.PublicKeySha256, accept: true, "operator", Clock.GetUtcNow())));
        Assert.Equal(RefusalKind.Pending, (await RefusedAsync(Claim("a") with { PublicKeySha256 = "other" }, policy)).Kind);
        Assert.NotNull(await RegisterAsync(Claim("a"), policy));
    }

    [Fact]
    public async Task A_device_on_the_list_becomes_what_the_list_says()
    {
        var expected = new ExpectedDevice { SerialNumber = "SN-1", Name = "pump", Group = "field", Tags = "main", Production = true };
        await Writer.DoAsync(session => AllowList.Import(session, "list.csv", [expected], "operator", Clock.GetUtcNow()));
        var policy = new AdmissionPolicy(AdmissionMode.Expected, null);
        await RegisterAsync(Claim("a") with { Name = "SN-1", Tags = "devel" }, policy);
        DeviceListing device = Assert.Single(Reader.Read(DeviceListing.All));
        Assert.Equal(("pump", "field", "main", true), (device.Name, device.Group, device.Tags, device.Production));
        Assert.Equal(RefusalKind.Conflict, (await RefusedAsync(Claim("b") with { Name = "SN-1" }, policy)).Kind);
        Assert.Equal(RefusalKind.Forbidden, (await RefusedAsync(Claim("c"), policy)).Kind);
        // Sent again, as it was: the name is the one it asked for.
        Assert.NotNull(await RegisterAsync(Claim("a") with { Name = "SN-1" }, policy));
    }
}

/// <summary>In a file of SQLite.</summary>
public sealed class SqliteDecisionTests(SqliteSource source) : DecisionLedgerTests(source), IClassFixture<SqliteSource>;

/// <summary>In PostgreSQL.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresDecisionTests(PostgresSource source) : DecisionLedgerTests(source);

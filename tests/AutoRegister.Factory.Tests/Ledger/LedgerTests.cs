using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Ledger;

/// <summary>What the ledger promises, whatever database it is in.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls IAsyncLifetime.DisposeAsync.")]
public abstract class LedgerTests : IAsyncLifetime
{
    private static readonly Applicant Station = new() { Actor = "station line-1", Station = "line-1", Address = "192.0.2.1" };

    private readonly ManualClock clock = new();
    private readonly LedgerDatabase database;
    private readonly LedgerReader reader;
    private readonly LedgerWriter writer;
    private readonly DeviceRegistry devices;
    private readonly CertificateClaims claims;
    private int drafts;

    protected LedgerTests(LedgerSource source)
    {
        database = source.New();
        database.Migrate();
        reader = new LedgerReader(database);
        writer = new LedgerWriter(database);
        devices = new DeviceRegistry(writer, clock);
        claims = new CertificateClaims(writer, reader, clock, draft => ValueTask.FromResult<string?>($"certificate {draft[0]}"));
    }

    [Fact]
    public async Task Work_that_fails_harms_none_of_the_work_that_is_committed_with_it()
    {
        using var gate = new ManualResetEventSlim();
        Task<bool> first = writer.DoAsync(_ => gate.Wait(TimeSpan.FromSeconds(30)));
        var good = Enumerable.Range(0, 10).Select(i => writer.DoAsync(session => AddCode(session, $"code {i}"))).ToList();
        Task<int> duplicate = writer.DoAsync(session => AddCode(session, "code 0"));
        Task<int> half = writer.DoAsync<int>(session =>
        {
            AddCode(session, "code of half a piece of work");
            throw new InvalidOperationException("mine");
        });
        gate.Set();

        Assert.True(await first);
        Assert.All(await Task.WhenAll(good), rows => Assert.Equal(1, rows));
        await Assert.ThrowsAnyAsync<DbException>(() => duplicate);
        await Assert.ThrowsAsync<InvalidOperationException>(() => half);
        Assert.Equal(10, Count("device_codes"));
    }

    [Fact]
    public async Task A_device_that_comes_again_with_its_key_gets_what_it_got()
    {
        RegisteredDevice first = await RegisterAsync(Claim("a"));
        string certificate = await claims.FinishAsync(first.Claim);
        RegisteredDevice again = await RegisterAsync(Claim("a"));
        Assert.Null(first.Certificate);
        Assert.Equal((certificate, first.SotaToml, first.Claim.Serial), (again.Certificate, again.SotaToml, again.Claim.Serial));
        Assert.Equal(1, Count("certificates"));
        Assert.Equal(2, reader.Read(DeviceListing.All).Single().Registrations);
    }

    [Fact]
    public async Task A_claim_that_was_not_signed_is_the_next_requests_too()
    {
        RegisteredDevice first = await RegisterAsync(Claim("a"));
        RegisteredDevice again = await RegisterAsync(Claim("a"));
        Assert.Equal(first.Claim.Serial, again.Claim.Serial);
        Assert.Equal(await claims.FinishAsync(first.Claim), await claims.FinishAsync(again.Claim));
    }

    [Fact]
    public async Task Another_key_is_told_since_when_and_by_whom_the_device_is_registered()
    {
        await RegisterAsync(Claim("a"));
        Refusal refusal = await RefusedAsync(Claim("a") with { PublicKeySha256 = "other" });
        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        Assert.Contains("line-1", refusal.Reason, StringComparison.Ordinal);
        Assert.Contains($"{clock.GetUtcNow():yyyy-MM-dd}", refusal.Reason, StringComparison.Ordinal);
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
        await Assert.ThrowsAnyAsync<DbException>(() => writer.DoAsync(session => session.Run(Copy, "ABCDEF", "free")));
        await Assert.ThrowsAnyAsync<DbException>(() => writer.DoAsync(session => session.Run(Copy, "abcdef", "name a")));
        Assert.Equal(1, await writer.DoAsync(session => session.Run(Copy, "abcdef", "free")));
    }

    [Fact]
    public async Task A_repaired_board_brings_another_key_once_while_the_window_is_open()
    {
        await RegisterAsync(Claim("a"));
        Assert.True(await writer.DoAsync(session => DeviceCare.OpenRekey(session, Uuid("a"), clock.GetUtcNow().AddHours(1), "operator", clock.GetUtcNow())));
        RegisteredDevice repaired = await RegisterAsync(Claim("a") with { PublicKeySha256 = "new key" });
        Assert.NotNull(repaired.Claim);
        Assert.Equal(RefusalKind.Conflict, (await RefusedAsync(Claim("a") with { PublicKeySha256 = "third key" })).Kind);
        Assert.Equal(RefusalKind.Forbidden, (await RefusedAsync(Claim("a"))).Kind);
        Assert.Null(await new DeviceCertificates(writer, clock).SeenAsync(Uuid("a"), "key a"));
        Assert.Equal("name a", await new DeviceCertificates(writer, clock).SeenAsync(Uuid("a"), "new key"));
    }

    [Fact]
    public async Task A_repaired_board_is_brought_by_a_station_that_may_register_such_a_device()
    {
        var policy = new AdmissionPolicy(AdmissionMode.Stations, null);
        await writer.DoAsync(session => StationRegistry.Add(session, new Station { Name = "line-1", Groups = ["lab"] }, "token", null, clock.GetUtcNow()));
        await RegisterAsync(Claim("a") with { Group = "field" });
        await writer.DoAsync(session => DeviceCare.OpenRekey(session, Uuid("a"), clock.GetUtcNow().AddHours(1), "operator", clock.GetUtcNow()));
        Assert.Equal(RefusalKind.Forbidden, (await RefusedAsync(Claim("a") with { PublicKeySha256 = "new key" }, policy)).Kind);
        await writer.DoAsync(session => session.Run("UPDATE stations SET device_groups = NULL"));
        Assert.NotNull(await RegisterAsync(Claim("a") with { PublicKeySha256 = "new key" }, policy));
    }

    [Fact]
    public async Task A_window_that_was_not_used_closes()
    {
        await RegisterAsync(Claim("a"));
        await writer.DoAsync(session => DeviceCare.OpenRekey(session, Uuid("a"), clock.GetUtcNow().AddHours(1), "operator", clock.GetUtcNow()));
        clock.Now += TimeSpan.FromHours(1);
        Assert.Equal(RefusalKind.Conflict, (await RefusedAsync(Claim("a") with { PublicKeySha256 = "new key" })).Kind);
    }

    [Fact]
    public async Task A_revoked_device_stays_out_for_good()
    {
        await RegisterAsync(Claim("a"));
        Assert.True(await writer.DoAsync(session => DeviceCare.Revoke(session, Uuid("a"), "stolen", "operator", clock.GetUtcNow())));
        Assert.False(await writer.DoAsync(session => DeviceCare.Revoke(session, Uuid("a"), "again", "operator", clock.GetUtcNow())));
        Assert.Contains("stolen", (await RefusedAsync(Claim("a"))).Reason, StringComparison.Ordinal);
        Assert.Contains("stolen", (await RefusedAsync(Claim("a") with { PublicKeySha256 = "new key" })).Reason, StringComparison.Ordinal);
        Assert.Null(await new DeviceCertificates(writer, clock).SeenAsync(Uuid("a"), "key a"));
    }

    [Fact]
    public async Task Of_several_successors_the_one_that_was_seen_is_good_whatever_the_clocks_say()
    {
        RegisteredDevice registered = await RegisterAsync(Claim("a"));
        var shown = new Renewal(Uuid("a"), null, registered.Claim.Serial, (await claims.FinishAsync(registered.Claim))!, "key a", "first");
        clock.Now -= TimeSpan.FromDays(1);
        await RenewAsync(shown);
        Renewal second = await RenewAsync(shown with { NewPublicKeySha256 = "second" });
        Assert.Equal(["first", "key a", "second"], GoodKeys());

        await RenewAsync(second with { NewPublicKeySha256 = "third" });
        Assert.Equal(["second", "third"], GoodKeys());
        Assert.Equal(RefusalKind.Forbidden, (await Assert.ThrowsAsync<RefusedException>(() => RenewAsync(shown with { NewPublicKeySha256 = "fourth" }))).Refusal.Kind);
        Assert.Equal(["second", "third"], GoodKeys());
    }

    [Fact]
    public async Task Every_claim_is_finished_once_whoever_finishes_it()
    {
        CertificateClaim[] left = await Task.WhenAll(Enumerable.Range(0, 3).Select(async i => (await RegisterAsync(Claim($"{i}"))).Claim));
        await claims.FinishAsync(left[0]);
        var other = new CertificateClaims(writer, reader, clock, _ => ValueTask.FromResult<string?>("another signature"));
        Assert.Equal(2, await other.FinishAllAsync(CancellationToken.None));
        Assert.Equal("another signature", await claims.FinishAsync(left[1]));
        Assert.Equal($"certificate {left[0].ToBeSigned[0]}", await other.FinishAsync(left[0]));
        Assert.Equal(0, Count("certificates WHERE state = 'claimed'"));
    }

    [Fact]
    public async Task A_claim_of_a_device_CA_that_is_gone_is_void_and_the_device_gets_another()
    {
        RegisteredDevice first = await RegisterAsync(Claim("a"));
        var without = new CertificateClaims(writer, reader, clock, _ => ValueTask.FromResult<string?>(null));
        await without.FinishAllAsync(CancellationToken.None);
        await Assert.ThrowsAsync<RefusedException>(() => claims.FinishAsync(first.Claim));
        RegisteredDevice second = await RegisterAsync(Claim("a"));
        Assert.NotEqual(first.Claim.Serial, second.Claim.Serial);
        Assert.NotNull(await claims.FinishAsync(second.Claim));
    }

    [Fact]
    public async Task The_audit_has_every_decision_and_holds()
    {
        await RegisterAsync(Claim("a"));
        await RefusedAsync(Claim("a") with { PublicKeySha256 = "other" });
        await devices.RefusedAsync(Station with { Actor = "unknown" }, null, "wrong token");
        IReadOnlyList<AuditRow> rows = reader.Read(session => AuditTrail.Read(session, 0, 100));
        Assert.Equal(["done", "refused", "refused"], rows.Select(row => row.Outcome));
        Assert.Equal(["station line-1", "station line-1", "unknown"], rows.Select(row => row.Actor));
        Assert.Null(reader.Read(AuditTrail.Verify));
    }

    [Theory]
    [InlineData("UPDATE audit SET actor = 'somebody else' WHERE number = 2", "row 2")]
    [InlineData("DELETE FROM audit WHERE number = 2", "row 2 is missing")]
    [InlineData("UPDATE audit SET reason = NULL WHERE number = 3", "row 3")]
    public async Task An_audit_that_was_changed_does_not_hold(string change, string complaint)
    {
        for (int i = 0; i < 4; i++)
        {
            await devices.RefusedAsync(Station, null, $"reason {i}");
        }

        await writer.DoAsync(session => session.Run(change));
        Assert.Contains(complaint, reader.Read(AuditTrail.Verify), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_station_registers_as_many_devices_as_it_may_however_they_come()
    {
        await writer.DoAsync(session => StationRegistry.Add(session, new Station { Name = "line-1", DeviceLimit = 3 }, "token", null, clock.GetUtcNow()));
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
        Assert.Equal(3, reader.Read(StationRegistry.All).Single().Devices);
    }

    [Fact]
    public async Task A_device_that_waits_is_let_in_with_the_key_that_a_person_accepted()
    {
        var policy = new AdmissionPolicy(AdmissionMode.Pending, null);
        Assert.Equal(RefusalKind.Pending, (await RefusedAsync(Claim("a"), policy)).Kind);
        PendingDevice waiting = Assert.Single(reader.Read(PendingDevices.Waiting));
        Assert.True(await writer.DoAsync(session => PendingDevices.Decide(session, waiting.Uuid, waiting.PublicKeySha256, accept: true, "operator", clock.GetUtcNow())));
        Assert.Equal(RefusalKind.Pending, (await RefusedAsync(Claim("a") with { PublicKeySha256 = "other" }, policy)).Kind);
        Assert.NotNull(await RegisterAsync(Claim("a"), policy));
    }

    [Fact]
    public async Task A_device_on_the_list_becomes_what_the_list_says()
    {
        var expected = new ExpectedDevice { SerialNumber = "SN-1", Name = "pump", Group = "field", Tags = "main", Production = true };
        await writer.DoAsync(session => AllowList.Import(session, "list.csv", [expected], "operator", clock.GetUtcNow()));
        var policy = new AdmissionPolicy(AdmissionMode.Expected, null);
        await RegisterAsync(Claim("a") with { Name = "SN-1", Tags = "devel" }, policy);
        DeviceListing device = Assert.Single(reader.Read(DeviceListing.All));
        Assert.Equal(("pump", "field", "main", true), (device.Name, device.Group, device.Tags, device.Production));
        Assert.Equal(RefusalKind.Conflict, (await RefusedAsync(Claim("b") with { Name = "SN-1" }, policy)).Kind);
        Assert.Equal(RefusalKind.Forbidden, (await RefusedAsync(Claim("c"), policy)).Kind);
        // Sent again, as it was: the name is the one it asked for.
        Assert.NotNull(await RegisterAsync(Claim("a") with { Name = "SN-1" }, policy));
    }

    [Fact]
    public void A_ledger_that_is_up_to_date_stays_as_it_is()
    {
        database.Migrate();
        Assert.Equal(0, Count("devices"));
    }

    [Fact]
    public async Task A_ledger_of_a_later_version_is_refused()
    {
        await writer.DoAsync(session => session.Run("UPDATE SchemaVersions SET ScriptName = 'AutoRegister.Factory.Ledger.Migrations.9999-later.sql'"));
        Assert.Equal(ExitCode.Configuration, Assert.Throws<ExitException>(database.Migrate).Code);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await writer.DisposeAsync();
        reader.Dispose();
        (database as IDisposable)?.Dispose();
    }

    private static DeviceClaim Claim(string name) => new()
    {
        Uuid = Uuid(name), Name = $"name {name}", Group = null, HardwareId = "intel-corei7-64", Tags = null, Production = false, PublicKeySha256 = $"key {name}",
    };

    private static string Uuid(string name) => $"uuid-{name}";

    private static int AddCode(LedgerSession session, string code) => session.Run(
        "INSERT INTO device_codes (device_code_sha256, user_code, uuid, state, expires, interval_seconds) VALUES ($1, $1, 'u', 'pending', 0, 0)", code);

    private long Count(string from) => reader.Read(session => session.Number($"SELECT count(*) FROM {from}"));

    private Task<RegisteredDevice> RegisterAsync(DeviceClaim claim, IAdmissionPolicy? policy = null) => devices.RegisterAsync(
        claim, Station, policy ?? new OpenPolicy(), _ =>
        {
            int number = Interlocked.Increment(ref drafts);
            return (new CertificateDraft($"{number:X4}", [(byte)number], clock.GetUtcNow().AddYears(1)), $"# {number}");
        });

    // The next certificate, as its device shows it later.
    private async Task<Renewal> RenewAsync(Renewal renewal)
    {
        int number = Interlocked.Increment(ref drafts);
        (CertificateClaim claim, string? _) = await new DeviceRenewals(writer, clock).RenewAsync(
            renewal, () => new CertificateDraft($"{number:X4}", [(byte)number], clock.GetUtcNow().AddYears(1)));
        return renewal with { Serial = claim.Serial, Certificate = await claims.FinishAsync(claim), PublicKeySha256 = renewal.NewPublicKeySha256 };
    }

    private List<string> GoodKeys() => reader.Read(session => session.All("SELECT sha256 FROM keys WHERE retired IS NULL ORDER BY sha256", row => row.GetString(0)));

    private async Task<Refusal> RefusedAsync(DeviceClaim claim, IAdmissionPolicy? policy = null) =>
        (await Assert.ThrowsAsync<RefusedException>(() => RegisterAsync(claim, policy))).Refusal;
}

/// <summary>The promises, in a file of SQLite.</summary>
public sealed class SqliteLedgerTests(SqliteSource source) : LedgerTests(source), IClassFixture<SqliteSource>;

/// <summary>The promises, in PostgreSQL.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresLedgerTests(PostgresSource source) : LedgerTests(source);

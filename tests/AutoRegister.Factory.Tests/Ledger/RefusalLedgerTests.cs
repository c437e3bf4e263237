using System.Globalization;
using AutoRegister.Factory.Ledger;
using Xunit;

namespace AutoRegister.Factory.Tests.Ledger;

/// <summary>Refusals of those who have proved nothing, whatever database the ledger is in: all are counted, few are rows.</summary>
public abstract class RefusalLedgerTests(LedgerSource source) : LedgerSuite(source)
{
    private static readonly Applicant Anybody = new() { Actor = "anybody", Address = "192.0.2.7" };

    [Fact]
    public async Task Of_refusals_that_are_alike_the_first_is_a_row_and_a_minute_later_how_many_followed()
    {
        for (int i = 0; i < 5; i++)
        {
            await Devices.RefusedAsync(Anybody, null, "not on the list");
        }

        Assert.Equal(["not on the list"], Reasons());
        await Refusals.WriteCountsAsync(CancellationToken.None);
        Assert.Single(Reasons());
        Clock.Now += TimeSpan.FromMinutes(1);
        await Refusals.WriteCountsAsync(CancellationToken.None);
        Assert.Equal(["not on the list", "4 more within a minute: not on the list"], Reasons());
        await Devices.RefusedAsync(Anybody, null, "not on the list");
        Assert.Equal("not on the list", Reasons()[^1]);
        Assert.Null(Reader.Read(AuditTrail.Verify));
    }

    [Fact]
    public async Task One_address_with_ever_new_reasons_has_a_handful_of_rows()
    {
        for (int i = 0; i < 1000; i++)
        {
            await Devices.RefusedAsync(Anybody, null, $"reason {i}");
        }

        await Refusals.WriteAllCountsAsync();
        List<string> reasons = Reasons();
        Assert.Equal(["reason 0", "reason 7", "reason 8", "991 more within a minute, for several reasons"], [reasons[0], reasons[7], reasons[8], reasons[9]]);
        Assert.Equal(10, reasons.Count);
    }

    [Fact]
    public async Task Any_number_of_addresses_has_some_hundreds_of_rows_in_which_every_refusal_is_counted()
    {
        for (int i = 0; i < 3000; i++)
        {
            await Devices.RefusedAsync(Anybody with { Address = $"10.0.{i / 250}.{i % 250}" }, null, $"reason {i}");
        }

        await Refusals.WriteAllCountsAsync();
        List<string> reasons = Reasons();
        Assert.InRange(reasons.Count, 256, 260);
        int more = reasons.Where(reason => reason.Contains("more within", StringComparison.Ordinal)).Sum(reason => int.Parse(reason.Split(' ')[0], CultureInfo.InvariantCulture));
        Assert.Equal(3000, more + reasons.Count(reason => reason.StartsWith("reason", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Each_refusal_of_a_station_is_a_row()
    {
        for (int i = 0; i < 5; i++)
        {
            await Devices.RefusedAsync(Station, null, "not on the list");
        }

        Assert.Equal(5, Reasons().Count);
    }

    private List<string> Reasons() => [.. Reader.Read(session => AuditTrail.Read(session, 0, 10_000)).Select(row => row.Reason!)];
}

/// <summary>In a file of SQLite.</summary>
public sealed class SqliteRefusalTests(SqliteSource source) : RefusalLedgerTests(source), IClassFixture<SqliteSource>;

/// <summary>In PostgreSQL.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresRefusalTests(PostgresSource source) : RefusalLedgerTests(source);

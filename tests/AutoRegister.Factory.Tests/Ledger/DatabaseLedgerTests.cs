using System.Data.Common;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using Xunit;

namespace AutoRegister.Factory.Tests.Ledger;

/// <summary>Transactions and migrations, whatever database the ledger is in.</summary>
public abstract class DatabaseLedgerTests(LedgerSource source) : LedgerSuite(source)
{
    [Fact]
    public async Task Work_that_fails_harms_none_of_the_work_that_is_committed_with_it()
    {
        using var gate = new ManualResetEventSlim();
        Task<bool> first = Writer.DoAsync(_ => gate.Wait(TimeSpan.FromSeconds(30)));
        var good = Enumerable.Range(0, 10).Select(i => Writer.DoAsync(session => AddCode(session, $"code {i}"))).ToList();
        Task<int> duplicate = Writer.DoAsync(session => AddCode(session, "code 0"));
        Task<int> half = Writer.DoAsync<int>(session =>
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
    public void A_ledger_that_is_up_to_date_stays_as_it_is()
    {
        Database.Migrate();
        Assert.Equal(0, Count("devices"));
    }

    [Fact]
    public async Task A_ledger_of_a_later_version_is_refused()
    {
        await Writer.DoAsync(session => session.Run("UPDATE SchemaVersions SET ScriptName = 'AutoRegister.Factory.Ledger.Migrations.9999-later.sql'"));
        Assert.Equal(ExitCode.Configuration, Assert.Throws<ExitException>(Database.Migrate).Code);
    }

    private static int AddCode(LedgerSession session, string code) => session.Run(
        "INSERT INTO device_codes (device_code_sha256, user_code, uuid, state, expires, interval_seconds) VALUES ($1, $1, 'u', 'pending', 0, 0)", code);
}

/// <summary>In a file of SQLite.</summary>
public sealed class SqliteDatabaseTests(SqliteSource source) : DatabaseLedgerTests(source), IClassFixture<SqliteSource>;

/// <summary>In PostgreSQL.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresDatabaseTests(PostgresSource source) : DatabaseLedgerTests(source);

using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Ledger;

/// <summary>Gives a suite of tests a new ledger for each of them.</summary>
public abstract class LedgerSource
{
    internal abstract LedgerDatabase New();
}

/// <summary>Files of SQLite.</summary>
public sealed class SqliteSource : LedgerSource, IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lmp-factory-");
    private int files;

    internal override LedgerDatabase New() => new SqliteLedger(Path.Combine(directory.FullName, $"{files++}.db"));

    /// <inheritdoc/>
    public void Dispose() => directory.Delete(recursive: true);
}

/// <summary>Databases of one PostgreSQL.</summary>
public sealed class PostgresSource : LedgerSource, IDisposable
{
    internal PostgresServer Server { get; } = new();

    internal override LedgerDatabase New() => new PostgresLedger(Server.NewDatabase(), null);

    /// <inheritdoc/>
    public void Dispose() => Server.Dispose();
}

/// <summary>The tests that share a PostgreSQL, one after the other: some stop it.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresSource>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "postgres";
}

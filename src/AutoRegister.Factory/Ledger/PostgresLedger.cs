using System.Data.Common;
using Npgsql;

namespace AutoRegister.Factory.Ledger;

/// <summary>A ledger in a PostgreSQL database, which several servers may share.</summary>
internal sealed class PostgresLedger : LedgerDatabase, IDisposable
{
    // "factory" in ASCII: any number no other program of this database uses.
    private const long Lock = 0x66616374_6F7279;

    private readonly NpgsqlDataSource source;
    private readonly string connectionString;

    /// <summary>Takes a connection string of Npgsql; nothing is opened yet.</summary>
    /// <exception cref="ArgumentException">It can't be read, or holds a password.</exception>
    public PostgresLedger(string connectionString, string? password)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        if (given.Password is not null)
        {
            throw new ArgumentException("it holds a password, which belongs into a file of its own");
        }

        this.connectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Password = password,
            ApplicationName = "lmp-factory",
            MaxAutoPrepare = 64,
            // A server or a network that is gone without a word must not hold the line.
            Timeout = 5,
            CommandTimeout = 10,
            KeepAlive = 30,
        }.ToString();
        source = NpgsqlDataSource.Create(this.connectionString);
    }

    /// <inheritdoc/>
    /// <remarks>synchronous_commit: whoever set it off for the whole database did not think of certificates.</remarks>
    public override string Begin => $"BEGIN; SET LOCAL synchronous_commit = on; SELECT pg_advisory_xact_lock({Lock})";

    /// <inheritdoc/>
    public override void Migrate()
    {
        // Servers that start together wait for the first; the lock goes with the connection.
        using NpgsqlConnection connection = source.OpenConnection();
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT pg_advisory_lock({Lock})";
        command.ExecuteNonQuery();
        LedgerMigrations.RunOnPostgres(connectionString);
    }

    /// <inheritdoc/>
    public override DbConnection Connect(bool readOnly)
    {
        NpgsqlConnection connection = source.OpenConnection();
        if (readOnly)
        {
            using NpgsqlCommand command = connection.CreateCommand();
            command.CommandText = "SET default_transaction_read_only = on";
            command.ExecuteNonQuery();
        }

        return connection;
    }

    /// <inheritdoc/>
    public override void AddParameter(DbCommand command) => command.Parameters.Add(new NpgsqlParameter());

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}

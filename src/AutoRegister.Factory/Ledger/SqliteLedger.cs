using System.Data.Common;
using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;
using Microsoft.Data.Sqlite;

namespace AutoRegister.Factory.Ledger;

/// <summary>A ledger in one file, written by one server.</summary>
internal sealed class SqliteLedger(string path) : LedgerDatabase
{
    /// <summary>Its usual name below a data directory.</summary>
    public const string FileName = "ledger.db";

    /// <inheritdoc/>
    public override string Begin => "BEGIN IMMEDIATE";

    /// <inheritdoc/>
    public override void Migrate()
    {
        // SQLite gives its companions (-wal, -shm) the mode of the file, so the file gets its mode first. An empty file is an empty
        // database; what is in it is made durable by SQLite, its name by us.
        if (!File.Exists(path))
        {
            AtomicFile.Write(path, string.Empty);
        }

        using (var connection = Connect(readOnly: false))
        using (var session = new LedgerSession(this, connection))
        {
            RefuseFormerLayout(session);
            session.Run("PRAGMA journal_mode = WAL");
        }

        LedgerMigrations.RunOnSqlite(ConnectionString(SqliteOpenMode.ReadWrite));
    }

    /// <inheritdoc/>
    public override DbConnection Connect(bool readOnly)
    {
        if (readOnly && !File.Exists(path))
        {
            throw new ExitException(ExitCode.NoInput, $"{path} does not exist: no factory has run there");
        }

        var connection = new SqliteConnection(ConnectionString(readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWrite));
        connection.Open();
        using var session = new LedgerSession(this, connection, owned: false);
        // FULL: in WAL mode, only then has a commit reached the disk when it returns.
        session.Run("PRAGMA synchronous = FULL");
        session.Run("PRAGMA foreign_keys = ON");
        return connection;
    }

    /// <inheritdoc/>
    public override void AddParameter(DbCommand command) =>
        command.Parameters.Add(new SqliteParameter { ParameterName = $"${command.Parameters.Count + 1}" });

    private string ConnectionString(SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString();

    private void RefuseFormerLayout(LedgerSession session)
    {
        var columns = session.All("SELECT name FROM pragma_table_info('devices')", row => row.GetString(0));
        if (columns.Contains("certificate"))
        {
            throw new ExitException(
                ExitCode.Configuration,
                $"{path} is of a version before 2.0, which this one does not read: name an empty directory, and register its devices again");
        }
    }
}

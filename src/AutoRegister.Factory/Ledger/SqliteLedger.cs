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

        using (DbConnection connection = Connect(readOnly: false))
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

    /// <summary>Copies it into a new file of mode 0600, as it is at one moment, while others read and write it.</summary>
    /// <exception cref="ExitException">There is no ledger, or there is such a file.</exception>
    /// <exception cref="SqliteException">It can't be read, or the disk is full: then there is no new file.</exception>
    public void CopyTo(string copy)
    {
        if (Path.Exists(copy))
        {
            throw new ExitException(ExitCode.Configuration, $"{copy} is there already: name a new file, so that the copy before this one stays until this one is whole");
        }

        string unfinished = copy + ".part";
        AtomicFile.Write(unfinished, string.Empty);
        try
        {
            using (var source = (SqliteConnection)Connect(readOnly: true))
            using (var target = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadWrite, unfinished)))
            {
                target.Open();
                source.BackupDatabase(target);
                using var session = new LedgerSession(this, target, owned: false);
                // One file, which can be read where nothing may be written beside it. This commits, and so flushes.
                session.Run("PRAGMA journal_mode = DELETE");
            }

            File.Move(unfinished, copy);
            DurableDirectory.SyncNames(Path.GetDirectoryName(copy)!);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private string ConnectionString(SqliteOpenMode mode) => ConnectionString(mode, path);

    private static string ConnectionString(SqliteOpenMode mode, string file) =>
        new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false }.ToString();

    private void RefuseFormerLayout(LedgerSession session)
    {
        List<string> columns = session.All("SELECT name FROM pragma_table_info('devices')", row => row.GetString(0));
        if (columns.Contains("certificate"))
        {
            throw new ExitException(
                ExitCode.Configuration,
                $"{path} was made by an earlier lmp-factory, whose tables this one does not read: name an empty directory, and register its devices again");
        }
    }
}

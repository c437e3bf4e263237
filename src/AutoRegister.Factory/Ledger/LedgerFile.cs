using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;
using Microsoft.Data.Sqlite;

namespace AutoRegister.Factory.Ledger;

/// <summary>The SQLite file that holds what the factory must never forget.</summary>
internal static class LedgerFile
{
    /// <summary>Its name below the data directory.</summary>
    public const string Name = "ledger.db";

    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS devices (
            uuid TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,  -- the serial number is its digits: case must not make a second one
            name TEXT NOT NULL UNIQUE,
            device_group TEXT,
            hardware_id TEXT NOT NULL,
            tags TEXT,
            production INTEGER NOT NULL,
            public_key_sha256 TEXT NOT NULL,
            csr_sha256 TEXT NOT NULL,
            serial TEXT NOT NULL UNIQUE,
            certificate TEXT NOT NULL,
            created INTEGER NOT NULL,                       -- times are milliseconds since 1970, UTC
            registrations INTEGER NOT NULL,                 -- how often this registration was answered with 201
            last_seen INTEGER                               -- at the gateway
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS device_codes (
            device_code_sha256 TEXT NOT NULL PRIMARY KEY,
            user_code TEXT NOT NULL UNIQUE,
            uuid TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'used')),
            expires INTEGER NOT NULL,
            interval_seconds INTEGER NOT NULL,
            last_poll INTEGER,
            access_token_sha256 TEXT UNIQUE,
            access_token_expires INTEGER
        ) STRICT, WITHOUT ROWID;
        """;

    /// <summary>Opens the ledger for its one writer; makes it when it is not there.</summary>
    public static SqliteConnection Open(string path)
    {
        // SQLite gives its companions (-wal, -shm) the mode of the file, so the file gets its mode first. An empty file is an empty
        // database; what is in it is made durable by SQLite, its name by us.
        if (!File.Exists(path))
        {
            AtomicFile.Write(path, string.Empty);
        }

        var connection = Connect(path, SqliteOpenMode.ReadWrite);
        // FULL: in WAL mode, only then has a commit reached the disk when it returns.
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        Execute(connection, Schema);
        return connection;
    }

    /// <summary>Opens the ledger to look at it, whether or not a factory is running.</summary>
    public static SqliteConnection OpenForReading(string path) => File.Exists(path)
        ? Connect(path, SqliteOpenMode.ReadOnly)
        : throw new ExitException(ExitCode.NoInput, $"{path} does not exist: no factory has run there");

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        statement.Run();
    }
}

using System.Data.Common;

namespace AutoRegister.Factory.Ledger;

/// <summary>One connection to the ledger and the statements that were prepared on it. For one thread at a time.</summary>
/// <remarks>The SQL is a constant of this program, its parameters are <c>$1</c>, <c>$2</c>, … in the order they are given.</remarks>
internal sealed class LedgerSession(LedgerDatabase database, DbConnection connection, bool owned = true) : IDisposable
{
    private readonly Dictionary<string, DbCommand> commands = [];

    /// <summary>Whether the connection still works as far as is known.</summary>
    public bool IsOpen => connection.State == System.Data.ConnectionState.Open;

    /// <summary>What this transaction has last written into the audit, so that each row need not ask for the one before.</summary>
    public AuditHead? AuditHead { get; set; }

    /// <summary>Opens a session.</summary>
    public static LedgerSession Open(LedgerDatabase database, bool readOnly) => new(database, database.Connect(readOnly));

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public int Run(string sql, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteNonQuery();

    /// <summary>Runs a statement and reads its first row, if there is one.</summary>
    public T? First<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
        where T : class
    {
        using DbDataReader reader = Command(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    /// <summary>Runs a statement and reads all its rows.</summary>
    public List<T> All<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using DbDataReader reader = Command(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Runs a statement that gives one number.</summary>
    public long Number(string sql, params ReadOnlySpan<object?> values) =>
        Convert.ToInt64(Command(sql, values).ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DbCommand command in commands.Values)
        {
            command.Dispose();
        }

        if (owned)
        {
            connection.Dispose();
        }
    }

    private DbCommand Command(string sql, ReadOnlySpan<object?> values)
    {
        if (!commands.TryGetValue(sql, out DbCommand? command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // See the remarks: the SQL is never made of input.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (int i = 0; i < values.Length; i++)
            {
                database.AddParameter(command);
            }

            commands.Add(sql, command);
        }

        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }
}

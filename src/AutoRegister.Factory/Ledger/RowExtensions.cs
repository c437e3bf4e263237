using System.Data.Common;

namespace AutoRegister.Factory.Ledger;

/// <summary>Columns that may be NULL.</summary>
internal static class RowExtensions
{
    /// <summary>A text, or null.</summary>
    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>A number, or null.</summary>
    public static long? NumberOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>A time, or null.</summary>
    public static DateTimeOffset? TimeOrNull(this DbDataReader row, int column) =>
        row.NumberOrNull(column) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}

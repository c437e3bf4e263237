using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AutoRegister.Factory.Commands;

/// <summary>Prints what a command lists: as columns for a person, or as JSON.</summary>
internal static class Table
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Prints rows.</summary>
    /// <param name="none">What is printed when there are none.</param>
    public static void Print<T>(IReadOnlyList<T> rows, bool json, string none, string[] header, Func<T, string[]> cells)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(rows, Readable));
            return;
        }

        if (rows.Count == 0)
        {
            Console.WriteLine(none);
            return;
        }

        string[][] all = [header, .. rows.Select(cells)];
        int[] widths = header.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        foreach (string[] row in all)
        {
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    /// <summary>A time in UTC.</summary>
    public static string Time(DateTimeOffset? time, string none) =>
        time?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? none;

    /// <summary>Yes or no.</summary>
    public static string Word(bool value) => value ? "yes" : "no";
}

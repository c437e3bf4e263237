using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory list</c>: prints the devices in a ledger, whether or not its factory is running.</summary>
internal static class ListCommand
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Runs the command on the arguments that follow its name.</summary>
    public static ExitCode Run(IReadOnlyList<string> args)
    {
        var given = new Arguments(args, "--json");
        var data = given.TakeRequired("--data");
        var json = given.Take("--json") is not null;
        given.RefuseRest();

        using var connection = LedgerFile.OpenForReading(Path.Combine(data, LedgerFile.Name));
        var devices = DeviceListing.All(connection);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(devices, Readable));
        }
        else
        {
            PrintTable(devices);
        }

        return ExitCode.Success;
    }

    private static void PrintTable(IReadOnlyList<DeviceListing> devices)
    {
        if (devices.Count == 0)
        {
            Console.WriteLine("no devices");
            return;
        }

        List<string[]> rows = [["UUID", "NAME", "HARDWARE", "TAGS", "GROUP", "PROD", "CREATED", "SENT", "LAST SEEN"]];
        rows.AddRange(devices.Select(d => new[]
        {
            d.Uuid, d.Name, d.HardwareId, d.Tags ?? "-", d.Group ?? "-", d.Production ? "yes" : "no",
            Time(d.Created), d.Registrations.ToString(CultureInfo.InvariantCulture), d.LastSeen is { } seen ? Time(seen) : "never",
        }));
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

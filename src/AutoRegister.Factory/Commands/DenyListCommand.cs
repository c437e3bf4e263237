using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory devices denylist</c>: the devices that were revoked, for a gateway that reads a file.</summary>
internal static class DenyListCommand
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("denylist", "prints the devices that were revoked, with the serial numbers of all their certificates, as JSON");
        Option<string?> file = command.AddOption<string?>("--out", "FILE", "a file to write instead, all at once, for a gateway that watches it");
        var ledger = LedgerOptions.AddTo(command);
        return command.Does(parsed =>
        {
            string json = JsonSerializer.Serialize(new { devices = ledger.Read(parsed, DeniedDevice.All) }, Readable) + "\n";
            if (parsed.GetValue(file) is { } path)
            {
                AtomicFile.Write(Path.GetFullPath(path), System.Text.Encoding.UTF8.GetBytes(json), AtomicFile.WorldReadable);
            }
            else
            {
                Console.Write(json);
            }

            return ExitCode.Success;
        });
    }
}

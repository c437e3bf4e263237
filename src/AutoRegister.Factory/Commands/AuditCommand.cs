using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory audit</c>: who decided what.</summary>
internal static class AuditCommand
{
    private static readonly JsonSerializerOptions Lines = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The command.</summary>
    public static Command Command() => new("audit", "verify and export what was decided; works while the server runs")
    {
        Verify(), Export(),
    };

    private static Command Verify()
    {
        var command = new Command("verify", "follows the chain of hashes; the last one is printed, to be kept elsewhere");
        var ledger = LedgerOptions.AddTo(command);
        return command.Does(parsed =>
        {
            (string? complaint, AuditHead? head) = ledger.Read(parsed, session => (AuditTrail.Verify(session), AuditTrail.LastOf(session)));
            if (complaint is not null)
            {
                throw new ExitException(ExitCode.Found, $"the audit does not hold: {complaint}");
            }

            Console.WriteLine($"{head.Number} rows hold; the last hash is {head.Hash}");
            return ExitCode.Success;
        });
    }

    private static Command Export()
    {
        var command = new Command("export", "prints each row as a line of JSON, the oldest first");
        Option<long> after = command.AddOption<long>("--after", "N", "only rows after that number");
        var ledger = LedgerOptions.AddTo(command);
        return command.Does(parsed => ledger.Read(parsed, session =>
        {
            const int Page = 1000;
            long last = parsed.GetValue(after);
            IReadOnlyList<AuditRow> rows;
            do
            {
                rows = AuditTrail.Read(session, last, Page);
                foreach (AuditRow row in rows)
                {
                    Console.WriteLine(JsonSerializer.Serialize(row, Lines));
                    last = row.Number;
                }
            }
            while (rows.Count == Page);
            return ExitCode.Success;
        }));
    }
}

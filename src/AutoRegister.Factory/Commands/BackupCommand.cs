using System.CommandLine;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Settings;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory backup</c>: a copy of the ledger as it is at one moment, while the server runs.</summary>
internal static class BackupCommand
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("backup", "copies the ledger into a new file, mode 0600; works while the server runs");
        Option<string> config = command.AddOption<string>("--config", "FILE", "the configuration of the server");
        config.Required = true;
        Option<string> to = command.AddOption<string>("--to", "FILE", "the new file");
        to.Required = true;
        return command.Does(parsed =>
        {
            string path = Path.GetFullPath(parsed.GetValue(to)!);
            if (CheckedSettings.Read(parsed.GetValue(config)!).Ledger is not SqliteLedger ledger)
            {
                throw new ExitException(
                    ExitCode.Usage, "the ledger is in PostgreSQL, which has its own: pg_dump --format=custom --file=FILE DATABASE, and pg_restore");
            }

            ledger.CopyTo(path);
            Console.WriteLine($"{path} holds the ledger: keep it elsewhere, and check it with 'lmp-factory restore --check'");
            return ExitCode.Success;
        });
    }
}

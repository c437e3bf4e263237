using System.CommandLine;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Settings;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory restore --check</c>: whether a copy of a ledger could take the ledger's place.</summary>
internal static class RestoreCommand
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("restore", "says whether a copy of a ledger is whole; to restore it, stop the server and put it in the ledger's place");
        Option<string> check = command.AddOption<string>("--check", "FILE", "the copy; nothing in it is changed");
        check.Required = true;
        Option<string?> config = command.AddOption<string?>("--config", "FILE", "the configuration of the server: certificates are also checked against its device CAs");
        return command.Does(parsed =>
        {
            string path = Path.GetFullPath(parsed.GetValue(check)!);
            if (parsed.GetValue(config) is not { } file)
            {
                return Report(path, LedgerCheck.Of(path, null));
            }

            using FactoryPki pki = ProductionPki.Open(CheckedSettings.Read(file).Pki, Console.Error.WriteLine, TimeProvider.System);
            return Report(path, LedgerCheck.Of(path, pki));
        });
    }

    private static ExitCode Report(string path, LedgerCheck found)
    {
        foreach ((string? what, long number) in found.Counts)
        {
            Console.WriteLine($"{number,10}  {what}");
        }

        if (found.Wrong.Count == 0)
        {
            Console.WriteLine($"{path} is whole");
            return ExitCode.Success;
        }

        foreach (string wrong in found.Wrong)
        {
            Console.Error.WriteLine($"lmp-factory: {wrong}");
        }

        throw new ExitException(ExitCode.Found, $"{path} must not take the ledger's place");
    }
}

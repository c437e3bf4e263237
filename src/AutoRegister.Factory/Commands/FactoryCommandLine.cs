using System.CommandLine;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Commands;

/// <summary>The command line of <c>lmp-factory</c>: what it knows, and how it ends.</summary>
internal static class FactoryCommandLine
{
    /// <summary>Runs a command line; one that is wrong is one line on stderr and <see cref="ExitCode.Usage"/>.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        ParseResult parsed = Root().Parse(args);
        if (parsed.Errors is [var first, ..])
        {
            throw new ExitException(ExitCode.Usage, first.Message);
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("""
            lmp-factory: registers devices of a Foundries.io factory with a device CA of its own.

            Exit codes: 0 ended as asked, 1 a check found something wrong, 64 wrong command line, 66 a file is missing,
            71 the system refused, 75 another lmp-factory uses the directory, 78 the configuration or a file does not fit.
            """);
        Command[] commands =
        [
            DevCommand.Command(), ServeCommand.Command(), DevicesCommand.Command(), StationCommand.Command(), AuditCommand.Command(),
            OutboxCommand.Command(), BackupCommand.Command(), RestoreCommand.Command(), TlsCommand.Command(),
        ];
        Array.ForEach(commands, root.Subcommands.Add);
        return root;
    }
}

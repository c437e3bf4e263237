using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;

namespace AutoRegister.Host;

/// <summary>Runs what the command line names in a fresh session, and says how it ended.</summary>
internal sealed class ScriptRunner
{
    private readonly CommandLine _commandLine;
    private readonly ConsoleHost _host;
    private readonly ConsoleOutput _output;
    private readonly SignalStop _signals;

    private ScriptRunner(CommandLine commandLine, ConsoleOutput output, SignalStop signals)
    {
        var prompts = new ConsolePrompts(output, commandLine.NonInteractive, signals.Token);
        _commandLine = commandLine;
        _host = new ConsoleHost(new ConsoleUserInterface(output, prompts));
        _output = output;
        _signals = signals;
    }

    /// <summary>Runs the script and returns the exit code of the process.</summary>
    public static int Run(CommandLine commandLine, ConsoleOutput output, SignalStop signals) =>
        new ScriptRunner(commandLine, output, signals).Run();

    private int Run()
    {
        ScriptConsole.Prepare();
        using var runspace = RunspaceFactory.CreateRunspace(_host, InitialSessionState.CreateDefault2());
        runspace.Open();
        if (_commandLine.WorkingDirectory is { } directory)
        {
            runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(directory));
        }

        using var passingOn = _signals.Token.Register(PassSignalOn);
        var failure = Execute(runspace);
        if (failure is not null && _signals.ExitCode is null)
        {
            ErrorReport.Write(failure, runspace, _output);
        }

        // A signal outranks what the script made of it, and an error what it asked for before.
        return _signals.ExitCode
            ?? (failure is not null ? ExitCodes.Failure : _host.RequestedExitCode)
            ?? (LastCommandSucceeded(runspace) ? ExitCodes.Success : ExitCodes.Failure);
    }

    private void PassSignalOn()
    {
        if (_signals.WasForUsOnly)
        {
            _host.Program.Stop();
        }
    }

    private Exception? Execute(Runspace runspace)
    {
        var script = _commandLine.ScriptFromInput ? StandardInput.ReadToEnd() : _commandLine.ScriptText;
        if (_commandLine.Mode == RunMode.File)
        {
            script = Console.IsInputRedirected || !IsScriptFile ? File.ReadAllText(_commandLine.ScriptPath, Encoding.UTF8) : "";
        }
        else if (string.IsNullOrWhiteSpace(script))
        {
            return null;
        }

        using var pipeline = NewPipeline(runspace, script);
        pipeline.Commands.Clear();
        pipeline.Commands.Add(CommandFor(script));
        pipeline.Commands.Add(new Command("Out-Default", isScript: false, useLocalScope: true));
        return PipelineRun.ToEnd(pipeline, !_commandLine.ScriptFromInput && StandardInput.IsWantedBy(script), _signals.Token);
    }

    // Only a pipeline that goes into the history leaves its $? behind. That is how pwsh makes a failed last command
    // count for -Command and not for -File.
    private Pipeline NewPipeline(Runspace runspace, string script)
    {
        if (_commandLine.Mode == RunMode.Command)
        {
            return runspace.CreatePipeline(script, addToHistory: true);
        }

        EngineInternals.LetExitOfNextScriptEndTheSession(runspace);
        return runspace.CreatePipeline();
    }

    // In the global scope, as pwsh does: what the script leaves there is what its exit handlers see.
    private Command CommandFor(string script)
    {
        var command = IsScriptFile
            ? new Command(_commandLine.ScriptPath, isScript: false, useLocalScope: false)
            : new Command(script, isScript: true, useLocalScope: false);
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        foreach (var parameter in ScriptArguments.Bind(_commandLine.Arguments))
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    // A file of another name, started through its #! line, is run as text, as pwsh does.
    private bool IsScriptFile => _commandLine.Mode == RunMode.File
        && _commandLine.ScriptPath.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);

    // Asked from inside: seen from outside, $? is about the asking.
    private static bool LastCommandSucceeded(Runspace runspace)
    {
        using var pipeline = runspace.CreatePipeline("$global:?");
        return LanguagePrimitives.IsTrue(pipeline.Invoke());
    }
}

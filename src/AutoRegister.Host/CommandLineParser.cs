using static System.StringComparison;

namespace AutoRegister.Host;

/// <summary>Reads the command line as pwsh does, as far as a host without a prompt can.</summary>
internal sealed class CommandLineParser
{
    private static readonly string[] Policies =
        ["AllSigned", "Bypass", "Default", "RemoteSigned", "Restricted", "Undefined", "Unrestricted"];

    private readonly Queue<string> _rest;
    private CommandLine _result = new() { Mode = RunMode.Help };
    private bool _complete;

    private CommandLineParser(IEnumerable<string> arguments) => _rest = new Queue<string>(arguments);

    /// <summary>Understands the arguments, or throws.</summary>
    /// <exception cref="CommandLineException">They cannot be understood.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var parser = new CommandLineParser(arguments);
        while (!parser._complete && parser._rest.TryDequeue(out var argument))
        {
            parser.Take(argument);
        }

        return parser._complete
            ? parser._result
            : throw new CommandLineException("nothing to run: this host has no prompt, give it -File or -Command");
    }

    private void Take(string argument)
    {
        // The first word that is no parameter is a script: `lmp-pwsh script.ps1`, and `#!` lines.
        if (SwitchName.WithoutDashes(argument) is not { } name)
        {
            TakeFile(argument);
        }
        else if (Is(name, "Version", "v"))
        {
            Complete(_result with { Mode = RunMode.Version });
        }
        else if (Is(name, "Help", "h") || name == "?")
        {
            Complete(_result with { Mode = RunMode.Help });
        }
        else if (Is(name, "File", "f"))
        {
            TakeFile(Value(argument));
        }
        else if (Is(name, "CommandWithArgs", "CommandWithArgs") || name.Equals("cwa", OrdinalIgnoreCase))
        {
            Complete(_result with { Mode = RunMode.Command, ScriptText = Value(argument), Arguments = [.. _rest] });
        }
        else if (Is(name, "Command", "c"))
        {
            TakeCommand(Value(argument));
        }
        else
        {
            TakeSetting(argument, name);
        }
    }

    private void TakeSetting(string argument, string name)
    {
        if (Is(name, "NonInteractive", "noni"))
        {
            _result = _result with { NonInteractive = true };
        }
        else if (Is(name, "WorkingDirectory", "wo") || name.Equals("wd", OrdinalIgnoreCase))
        {
            _result = _result with { WorkingDirectory = ExistingDirectory(Value(argument)) };
        }
        else if (Is(name, "ExecutionPolicy", "ex") || name.Equals("ep", OrdinalIgnoreCase))
        {
            CheckPolicy(Value(argument));
        }
        else if (!Is(name, "NoProfile", "nop") && !Is(name, "NoLogo", "nol"))
        {
            throw new CommandLineException($"unknown parameter '{argument}'");
        }
    }

    private void TakeFile(string file)
    {
        if (file == "-")
        {
            Complete(_result with { Mode = RunMode.Command, ScriptFromInput = true, Arguments = [.. _rest] });
            return;
        }

        if (file.Length == 0 || !File.Exists(file))
        {
            throw new CommandLineException($"there is no script file '{file}'");
        }

        // Full now: -WorkingDirectory moves the script, not the place where its file is looked for.
        Complete(_result with { Mode = RunMode.File, ScriptPath = Path.GetFullPath(file), Arguments = [.. _rest] });
    }

    private void TakeCommand(string text)
    {
        if (text != "-")
        {
            Complete(_result with { Mode = RunMode.Command, ScriptText = string.Join(' ', _rest.Prepend(text)) });
        }
        else if (_rest.Count > 0)
        {
            throw new CommandLineException("'-Command -' takes nothing after it");
        }
        else
        {
            Complete(_result with { Mode = RunMode.Command, ScriptFromInput = true });
        }
    }

    private void Complete(CommandLine result) => (_result, _complete) = (result, true);

    private string Value(string argument) =>
        _rest.TryDequeue(out var value) ? value : throw new CommandLineException($"'{argument}' needs a value after it");

    private static bool Is(string name, string full, string shortest) => new SwitchName(full, shortest).Matches(name);

    private static string ExistingDirectory(string path) => Directory.Exists(path)
        ? Path.GetFullPath(path)
        : throw new CommandLineException($"there is no directory '{path}'");

    // Policies mean something on Windows only. A misspelt one is an error all the same, as in pwsh.
    private static void CheckPolicy(string policy)
    {
        if (!Policies.Contains(policy, StringComparer.OrdinalIgnoreCase))
        {
            throw new CommandLineException($"unknown execution policy '{policy}'");
        }
    }
}

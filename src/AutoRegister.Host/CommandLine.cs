namespace AutoRegister.Host;

/// <summary>The command line, understood: what to run, with which arguments, and how.</summary>
internal sealed record CommandLine
{
    /// <summary>What is asked for.</summary>
    public required RunMode Mode { get; init; }

    /// <summary>The full path of the script, in <see cref="RunMode.File"/>.</summary>
    public string ScriptPath { get; init; } = "";

    /// <summary>The script text, in <see cref="RunMode.Command"/>.</summary>
    public string ScriptText { get; init; } = "";

    /// <summary>The script text is to be read from standard input.</summary>
    public bool ScriptFromInput { get; init; }

    /// <summary>What the script gets, still as typed.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Where the script starts; null leaves it where the process is.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Nobody is there to answer a prompt.</summary>
    public bool NonInteractive { get; init; }

    // The arguments of a script may hold secrets: the record's own ToString would print them.
    /// <inheritdoc/>
    public override string ToString() => $"{nameof(CommandLine)} {{ {Mode} }}";
}

namespace AutoRegister.Factory.Base;

/// <summary>Ends the program with a code and one line for the person who started it.</summary>
internal sealed class ExitException(ExitCode code, string message) : Exception(message)
{
    /// <summary>The process's exit code.</summary>
    public ExitCode Code { get; } = code;
}

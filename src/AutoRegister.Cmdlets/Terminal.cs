namespace AutoRegister.Cmdlets;

/// <summary>Whether a person sits in front of this process.</summary>
internal static class Terminal
{
    /// <summary>
    /// Input and output are a terminal, and nobody said <c>-NonInteractive</c>. A systemd unit has no terminal unless it was
    /// given one.
    /// </summary>
    internal static bool HasPerson =>
        !Console.IsInputRedirected && !Console.IsOutputRedirected
        && !Environment.GetCommandLineArgs().Skip(1).Any(argument => argument.StartsWith("-noni", StringComparison.OrdinalIgnoreCase));
}

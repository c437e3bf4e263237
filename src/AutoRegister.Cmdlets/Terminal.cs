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

    /// <summary>Whether a progress bar is seen, and disturbs nothing: another host than the console decides for itself.</summary>
    /// <param name="host">The name of the host.</param>
    internal static bool ShowsProgress(string host) => host != "ConsoleHost" || HasPerson;
}

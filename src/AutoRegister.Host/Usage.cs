namespace AutoRegister.Host;

/// <summary>What <c>-Help</c> says.</summary>
internal static class Usage
{
    /// <summary>The whole text.</summary>
    public const string Text = """
        Usage: lmp-pwsh [options] [-File] script.ps1 [arguments]
               lmp-pwsh [options] -Command text…
               lmp-pwsh [options] -CommandWithArgs text [arguments]
               lmp-pwsh -Version | -Help

        Runs PowerShell scripts in the real engine, without a prompt, profiles or the stock cmdlet modules.
        '-' in place of the script or the text reads the script from standard input.

          -NonInteractive         prompts are errors
          -WorkingDirectory path  where the script starts
          -ExecutionPolicy name   accepted, without effect outside Windows
          -NoProfile, -NoLogo     accepted: there is neither

        Exit code: N after 'exit N'; 0 when the script ends; 1 after an uncaught error, or when the last
        command of -Command failed; 64 for a bad command line; 128 + signal when a signal stopped the script.
        """;
}

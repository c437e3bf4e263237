namespace AutoRegister.Host;

/// <summary>What the process returns when the script itself does not choose a number; the values are pwsh's.</summary>
internal static class ExitCodes
{
    /// <summary>The script ended normally.</summary>
    public const int Success = 0;

    /// <summary>An uncaught error, a parse error, or a failed last command of <c>-Command</c>.</summary>
    public const int Failure = 1;

    /// <summary>EX_USAGE of sysexits.h: the command line cannot be understood, or names a script that is not there.</summary>
    public const int Usage = 64;

    /// <summary>EX_SOFTWARE of sysexits.h: the engine could not be started.</summary>
    public const int EngineFailed = 70;

    /// <summary>What a shell reports for a process that a signal ended.</summary>
    public static int OfSignal(int number) => 128 + number;
}

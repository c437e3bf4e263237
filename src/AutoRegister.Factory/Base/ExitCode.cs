namespace AutoRegister.Factory.Base;

/// <summary>How <c>lmp-factory</c> ends; the numbers are those of sysexits.h.</summary>
internal enum ExitCode
{
    /// <summary>Ended as asked.</summary>
    Success = 0,

    /// <summary>A check found something wrong.</summary>
    Found = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 64,

    /// <summary>A file that must be there is not.</summary>
    NoInput = 66,

    /// <summary>The operating system refused: a port that is taken, a full disk.</summary>
    OperatingSystem = 71,

    /// <summary>Another process holds the data directory: later it may work.</summary>
    TemporaryFailure = 75,

    /// <summary>What is on disk does not fit what was asked.</summary>
    Configuration = 78,
}

namespace AutoRegister.Host;

/// <summary>What the command line asks for.</summary>
internal enum RunMode
{
    /// <summary>Say how to call the program.</summary>
    Help,

    /// <summary>Say which engine this is.</summary>
    Version,

    /// <summary>Run a script file.</summary>
    File,

    /// <summary>Run a piece of script text.</summary>
    Command,
}

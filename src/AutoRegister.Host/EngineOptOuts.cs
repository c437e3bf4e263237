namespace AutoRegister.Host;

/// <summary>What the engine does by itself and a device does not want.</summary>
internal static class EngineOptOuts
{
    // Read once by static constructors of the engine, so they must be set before its first type is touched.
    private static readonly string[] Names =
    [
        "POWERSHELL_TELEMETRY_OPTOUT",    // no usage data for anyone
        "POWERSHELL_DIAGNOSTICS_OPTOUT",  // no socket /tmp/CoreFxPipe_PSHost.* that another process may attach a debugger to
    ];

    /// <summary>Sets the engine's own switches, in this process and what it starts.</summary>
    public static void Apply()
    {
        foreach (var name in Names)
        {
            Environment.SetEnvironmentVariable(name, "1");
        }
    }
}

using System.Management.Automation;
using System.Reflection;

namespace AutoRegister.Host;

/// <summary>What <c>-Version</c> says: the engine first, in pwsh's words, for scripts that read them.</summary>
internal static class EngineVersion
{
    /// <summary>The host's own version.</summary>
    public static Version Host { get; } = typeof(EngineVersion).Assembly.GetName().Version ?? new Version(0, 0);

    /// <summary>One line.</summary>
    public static string Text => $"PowerShell {Engine} (lmp-pwsh {Host.ToString(3)})";

    // "7.6.9 SHA: …": only the part before the blank is the version.
    private static string Engine =>
        typeof(PSObject).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            .Split(' ', '+')[0] ?? "unknown";
}

using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace AutoRegister.Host;

/// <summary>
/// The one thing pwsh asks of its engine that has no public name. An engine that lost it fails loudly, in the
/// first test of exit codes: the engine's version is pinned.
/// </summary>
internal static class EngineInternals
{
    private const string Context = "System.Management.Automation.ExecutionContext, System.Management.Automation";

    /// <summary>
    /// Makes <c>exit</c> in the next script file end the session with its number. Otherwise the engine treats the
    /// file as one called by another script: the number lands in $LASTEXITCODE, where nobody can tell it from what
    /// the script's last native command left there.
    /// </summary>
    public static void LetExitOfNextScriptEndTheSession(Runspace runspace) => SetRethrowExit(GetContext(runspace), true);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ExecutionContext")]
    [return: UnsafeAccessorType(Context)]
    private static extern object GetContext(Runspace runspace);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_ScriptCommandProcessorShouldRethrowExit")]
    private static extern void SetRethrowExit([UnsafeAccessorType(Context)] object context, bool value);
}

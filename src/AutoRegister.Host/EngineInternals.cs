using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace AutoRegister.Host;

/// <summary>
/// What pwsh asks of its engine that has no public name. An engine that lost it fails loudly, in the first test of
/// exit codes: the engine's version is pinned.
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

    /// <summary>
    /// Lets an error be written again and still say where it happened. Otherwise its position becomes that of the
    /// command that writes it.
    /// </summary>
    public static void KeepPosition(ErrorRecord record) => SetPreservePosition(record, true);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_PreserveInvocationInfoOnce")]
    private static extern void SetPreservePosition(ErrorRecord record, bool value);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ExecutionContext")]
    [return: UnsafeAccessorType(Context)]
    private static extern object GetContext(Runspace runspace);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_ScriptCommandProcessorShouldRethrowExit")]
    private static extern void SetRethrowExit([UnsafeAccessorType(Context)] object context, bool value);
}

using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace AutoRegister.Host;

/// <summary>The host the engine sees: a console without a prompt.</summary>
internal sealed class ConsoleHost(ConsoleUserInterface ui) : PSHost
{
    /// <summary>The native program the script waits for.</summary>
    public ForegroundProgram Program { get; } = new();

    /// <summary>The number of the script's <c>exit</c>; null as long as there was none.</summary>
    public int? RequestedExitCode { get; private set; }

    /// <inheritdoc/>
    public override string Name => "lmp-pwsh";

    /// <inheritdoc/>
    public override Version Version => EngineVersion.Host;

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override PSHostUserInterface UI => ui;

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => RequestedExitCode = exitCode;

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw NoPrompt();

    /// <inheritdoc/>
    public override void ExitNestedPrompt() => throw NoPrompt();

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
        ui.ClearProgress();
        Program.Begins();
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication() => Program.Ended();

    private static PSNotSupportedException NoPrompt() => new("lmp-pwsh has no prompt to nest.");
}

using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace AutoRegister.Host;

/// <summary>
/// Output and what Write-Host says go to standard output; errors, warnings, verbose and debug messages to standard
/// error, so that a pipe after the script carries its results only.
/// </summary>
internal sealed class ConsoleUserInterface(ConsoleOutput output, ConsolePrompts prompts) : PSHostUserInterface
{
    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new ConsoleRawUserInterface(output);

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => output.OutputTakesEscapes;

    /// <summary>Takes the progress line off the terminal.</summary>
    public void ClearProgress() => output.ShowProgress(null);

    /// <inheritdoc/>
    public override void Write(string value) => output.Write(ForOutput(value));

    /// <inheritdoc/>
    public override void WriteLine(string value) => output.WriteLine(ForOutput(value));

    /// <inheritdoc/>
    public override void WriteLine() => output.WriteLine("");

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        output.Write(ForOutput(Coloured(foregroundColor, backgroundColor, value)));

    /// <inheritdoc/>
    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        output.WriteLine(ForOutput(Coloured(foregroundColor, backgroundColor, value)));

    // Errors come formatted, colours included.
    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => output.WriteErrorLine(ForError(value));

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => WriteMessage(FormatStyle.Warning, "WARNING", message);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => WriteMessage(FormatStyle.Verbose, "VERBOSE", message);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => WriteMessage(FormatStyle.Debug, "DEBUG", message);

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (output.ErrorTakesEscapes)
        {
            output.ShowProgress(record.RecordType == ProgressRecordType.Completed ? null : OneLine(record));
        }
    }

    /// <inheritdoc/>
    public override string ReadLine() => prompts.ReadLine();

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString() => prompts.ReadSecret();

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions) =>
        prompts.AskFields(caption, message, descriptions);

    /// <inheritdoc/>
    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        prompts.AskChoice(caption, message, choices, defaultChoice);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        prompts.AskCredential(caption, message, userName);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) =>
        prompts.AskCredential(caption, message, userName);

    private void WriteMessage(FormatStyle style, string label, string message) =>
        output.WriteErrorLine(ForError($"{GetFormatStyleString(style)}{label}: {message}{PSStyle.Instance.Reset}"));

    // The engine's own filter: takes escape sequences out unless $PSStyle.OutputRendering and the terminal want them.
    private string ForOutput(string? text) => GetOutputString(text ?? "", output.OutputTakesEscapes);

    private string ForError(string? text) => GetOutputString(text ?? "", output.ErrorTakesEscapes);

    private static string Coloured(ConsoleColor foreground, ConsoleColor background, string text)
    {
        var before = (Enum.IsDefined(foreground) ? PSStyle.MapForegroundColorToEscapeSequence(foreground) : "")
            + (Enum.IsDefined(background) ? PSStyle.MapBackgroundColorToEscapeSequence(background) : "");
        return before.Length == 0 ? text : before + text + PSStyle.Instance.Reset;
    }

    private string OneLine(ProgressRecord record)
    {
        var percent = record.PercentComplete is >= 0 and <= 100 and var value ? $" {value} %" : "";
        var text = GetOutputString($"{record.Activity}: {record.StatusDescription}{percent}", supportsVirtualTerminal: false);

        // A line that wraps can no longer be erased; one with a control character in it neither.
        var width = RawUI.BufferSize.Width - 1;
        return string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c).Take(width));
    }
}

using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace AutoRegister.Host;

/// <summary>Shows the error that ended a script as the engine shows any other.</summary>
internal static class ErrorReport
{
    // -ErrorAction Continue at the call: under a script's own 'Stop' the report would end like the script.
    private const string Writer = "[CmdletBinding()] param($Record) $PSCmdlet.WriteError($Record)";

    /// <summary>Formats and writes the error; its bare message where formatting fails too.</summary>
    public static void Write(Exception failure, Runspace runspace, ConsoleOutput output)
    {
        // Text that cannot be parsed at all has no position object, only a message with the position in it; the
        // engine's error view shows an empty line for that.
        if (failure is ParseException { ErrorRecord.InvocationInfo: null })
        {
            output.WriteErrorLine($"ParserError: {failure.Message}");
            return;
        }

        var record = failure is IContainsErrorRecord carrier
            ? carrier.ErrorRecord
            : new ErrorRecord(failure, "ScriptFailed", ErrorCategory.InvalidResult, null);
        var writer = new Command(Writer, isScript: true, useLocalScope: true);
        EngineInternals.KeepPosition(record);
        writer.Parameters.Add("Record", record);
        writer.Parameters.Add("ErrorAction", ActionPreference.Continue);
        writer.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);

        using var pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add(writer);
        pipeline.Commands.Add("Out-Default");
        if (PipelineRun.ToEnd(pipeline, readsInput: false, CancellationToken.None) is not null)
        {
            output.WriteErrorLine($"lmp-pwsh: {failure.Message}");
        }
    }
}

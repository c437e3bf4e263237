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
        var record = failure is IContainsErrorRecord carrier
            ? carrier.ErrorRecord
            : new ErrorRecord(failure, "ScriptFailed", ErrorCategory.InvalidResult, null);
        var writer = new Command(Writer, isScript: true, useLocalScope: true);
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

using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace AutoRegister.Host;

/// <summary>One pipeline from start to end, which a signal may bring forward.</summary>
internal static class PipelineRun
{
    /// <summary>Runs the pipeline; returns what ended it early, or null.</summary>
    public static Exception? ToEnd(Pipeline pipeline, bool readsInput, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
        {
            return new PipelineStoppedException();
        }

        using var ended = new ManualResetEventSlim();
        pipeline.StateChanged += (_, change) =>
        {
            if (change.PipelineStateInfo.State is PipelineState.Completed or PipelineState.Failed or PipelineState.Stopped)
            {
                ended.Set();
            }
        };

        pipeline.InvokeAsync();
        if (readsInput)
        {
            StandardInput.Feed(pipeline.Input);
        }
        else
        {
            pipeline.Input.Close();
        }

        // Stopping runs the StopProcessing of the cmdlet at work and the script's finally blocks; the end comes after.
        using var stopping = stop.Register(pipeline.StopAsync);
        ended.Wait(CancellationToken.None);
        return pipeline.PipelineStateInfo.State == PipelineState.Failed ? pipeline.PipelineStateInfo.Reason : null;
    }
}

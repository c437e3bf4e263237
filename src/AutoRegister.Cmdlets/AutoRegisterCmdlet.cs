using System.Management.Automation;
using AutoRegister.Core.Errors;

namespace AutoRegister.Cmdlets;

/// <summary>
/// What all cmdlets share: words from Core become streams on the pipeline thread; Ctrl-C and <c>StopProcessing</c> reach every await, and
/// the work has unwound before the cmdlet returns.
/// </summary>
public abstract class AutoRegisterCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stopping = new();

    /// <summary>A cmdlet that nothing was said of yet.</summary>
    protected AutoRegisterCmdlet() => Streams = new PipelineStreams(this, stopping.Token);

    /// <summary>Hears what Core says, and writes it.</summary>
    internal PipelineStreams Streams { get; }

    /// <summary>Whether somebody stopped the pipeline.</summary>
    internal bool WasStopped { get; private set; }

    /// <summary>Is cancelled when the pipeline stops.</summary>
    public CancellationToken Cancellation => stopping.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        WasStopped = true;
        stopping.Cancel();
    }

    /// <summary>Releases what the cmdlet holds.</summary>
    /// <param name="disposing">Whether it is disposed, not finalised.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            stopping.Dispose();
        }
    }

    /// <summary>Does the work for one input object; a failure becomes one error record with that object's name as target.</summary>
    /// <param name="work">The work, on another thread.</param>
    /// <param name="item">What the work is for: the target of an error that names none of its own.</param>
    /// <param name="after">Runs after the output.</param>
    protected void WriteResult<T>(Func<CancellationToken, Task<T>> work, object item, Action<T>? after = null)
    {
        try
        {
            T result = Wait(work);
            WriteOutput(result);
            after?.Invoke(result);
        }
        catch (AutoRegisterException e)
        {
            PipelineEnd.At(item, finished: false);
            WriteError(ErrorRecords.From(e, item));
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            PipelineEnd.At(item, finished: false);
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Writes a result: to the next cmdlet, or behind the last one to whoever waits there.</summary>
    private protected void WriteOutput(object? result) =>
        WriteObject(result is not null && MyInvocation.PipelinePosition == MyInvocation.PipelineLength ? PipelineEnd.HandOut(result) : result);

    /// <summary>Runs work on another thread and writes what it reports on this one, until it has ended.</summary>
    protected T Wait<T>(Func<CancellationToken, Task<T>> work)
    {
        Task<T> task = Task.Run(() => work(Cancellation), CancellationToken.None);

        // Says that nothing follows. Completing the collection would say it too, with an exception that nobody sees and a device pays for.
        bool ended = false;
        task.ContinueWith(_ => Streams.Pending.Add(() => ended = true, CancellationToken.None), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            while (!ended)
            {
                Streams.Pending.Take()();
            }
        }
        finally
        {
            if (!task.IsCompleted)
            {
                // A write threw: the pipeline is stopping. A token session or a rename must not be abandoned half-way.
                stopping.Cancel();
                ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
            }
        }

        Streams.EndWait();
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Ends everything that is on its way.</summary>
    internal void Cancel() => stopping.Cancel();
}

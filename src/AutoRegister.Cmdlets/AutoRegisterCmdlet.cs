using System.Collections.Concurrent;
using System.Management.Automation;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Cmdlets;

/// <summary>
/// What all cmdlets share: words from Core become streams on the pipeline thread, whatever thread they come from, a clean line each;
/// Ctrl-C and <c>StopProcessing</c> reach every await, and the work has unwound before the cmdlet returns.
/// </summary>
public abstract class AutoRegisterCmdlet : PSCmdlet, IRegistrationObserver, IDisposable
{
    // Says that nothing follows. Completing the collection would say it too, with an exception that nobody sees and a device pays for.
    private static readonly Action Last = () => { };
    private readonly CancellationTokenSource stopping = new();
    private BlockingCollection<Action>? pending;
    private ProgressRecord? wait;

    /// <summary>Is cancelled when the pipeline stops.</summary>
    public CancellationToken Cancellation => stopping.Token;

    /// <inheritdoc/>
    public void ReportStep(string message) => Post(() => WriteVerbose(Printable.Line(message)));

    /// <inheritdoc/>
    public void ReportDetail(string message) => Post(() => WriteDebug(Printable.Line(message)));

    /// <inheritdoc/>
    public void ReportWarning(string message) => Post(() => WriteWarning(Printable.Line(message)));

    /// <inheritdoc/>
    public void Flush()
    {
        var written = new ManualResetEventSlim();
        if (!Post(written.Set))
        {
            return;
        }

        try
        {
            written.Wait(Cancellation);
        }
        catch (OperationCanceledException)
        {
            // The pipeline stops, and nobody writes any more.
        }
    }

    /// <inheritdoc/>
    public void ReportPersonNeeded(AuthorizationPrompt prompt) => Post(() =>
    {
        // What Write-Host writes: seen without any preference set, and redirected with 6>.
        WriteInformation(new HostInformationMessage { Message = prompt.ToString() }, ["PSHOST"]);
    });

    /// <inheritdoc/>
    public void ReportWaiting(string what, string status, TimeSpan left) => Post(() =>
    {
        if (Terminal.ShowsProgress(Host.Name))
        {
            wait = new ProgressRecord(1, what, Printable.Line(status)) { SecondsRemaining = (int)Math.Min(left.TotalSeconds, int.MaxValue) };
            WriteProgress(wait);
        }
    });

    /// <inheritdoc/>
    public void ReportWaitEnded() => Post(EndWait);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stopping.Cancel();

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
    /// <param name="result">The result.</param>
    private protected void WriteOutput(object? result) =>
        WriteObject(result is not null && MyInvocation.PipelinePosition == MyInvocation.PipelineLength ? PipelineEnd.HandOut(result) : result);

    /// <summary>Runs work on another thread and writes what it reports on this one, until it has ended.</summary>
    /// <param name="work">The work.</param>
    /// <returns>What it returns.</returns>
    protected T Wait<T>(Func<CancellationToken, Task<T>> work)
    {
        var queue = new BlockingCollection<Action>();
        pending = queue;
        Task<T> task = Task.Run(() => work(Cancellation), CancellationToken.None);
        task.ContinueWith(_ => queue.Add(Last, CancellationToken.None), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            for (Action write = queue.Take(); write != Last; write = queue.Take())
            {
                write();
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

            pending = null;
        }

        EndWait();
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Keeps words that come from other threads until the pipeline thread writes them.</summary>
    /// <param name="queue">Where; the pipeline thread empties it.</param>
    private protected void SendWordsTo(BlockingCollection<Action> queue) => pending = queue;

    /// <summary>Ends everything that is on its way.</summary>
    private protected void Cancel() => stopping.Cancel();

    private void EndWait()
    {
        if (wait is not null)
        {
            WriteProgress(new ProgressRecord(wait.ActivityId, wait.Activity, wait.StatusDescription) { RecordType = ProgressRecordType.Completed });
            wait = null;
        }
    }

    /// <summary>Whether somebody listens.</summary>
    private bool Post(Action write)
    {
        if (pending is not BlockingCollection<Action> queue)
        {
            write();
            return true;
        }

        try
        {
            queue.Add(write);
            return true;
        }
        catch (InvalidOperationException)
        {
            // The cmdlet has ended: nobody listens any more.
            return false;
        }
    }
}

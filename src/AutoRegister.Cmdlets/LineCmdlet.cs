using System.Collections.Concurrent;
using System.Management.Automation;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Line;

namespace AutoRegister.Cmdlets;

/// <summary>
/// A cmdlet of the pipeline that can work on many devices at once. With <c>-ThrottleLimit 1</c>, which is the default, it
/// does one after the other on the way its input comes. With more, work runs on other threads, and everything a device
/// writes is written on the pipeline thread when the device has finished; no more than the limit are on their way, and with
/// <c>-Ordered</c> no more than <see cref="OrderedWindow"/> times as many wait for a slow one before them.
/// </summary>
public abstract class LineCmdlet : AutoRegisterCmdlet
{
    private const int OrderedWindow = 8;
    private readonly BlockingCollection<Action> events = [];
    private readonly CountdownEvent atWork = new(1);
    private LineTally? tally;
    private LineOutput? output;
    private int running;
    private bool ended;
    private volatile bool stopped;
    private AutoRegisterException? end;

    /// <summary>How many devices are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>Writes the devices in the order they came, not as they finish.</summary>
    [Parameter]
    public SwitchParameter Ordered { get; set; }

    /// <summary>How many devices will come, for the progress: share and time that remain.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int ExpectedCount { get; set; }

    /// <summary>Whether many devices are worked on at once.</summary>
    protected bool IsLine => ThrottleLimit > 1;

    /// <summary>The activity of the progress bar, and its id.</summary>
    private protected abstract (int Id, string Activity) Progress { get; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (IsLine)
        {
            BlockingThreads.Add(ThrottleLimit);
            tally = new LineTally(Progress.Id, Progress.Activity, ExpectedCount);
            output = new LineOutput(Ordered);
            SendWordsTo(events);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (tally is null)
        {
            return;
        }

        WriteUntil(() => output!.Unwritten == 0, Cancellation);
        ended = true;
        WriteProgress(tally.Completed());
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        stopped = true;
        base.StopProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Unwind();
            events.Dispose();
            atWork.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Who hears what is said about a device.</summary>
    /// <param name="device">Its name.</param>
    /// <returns>This cmdlet, or on a line one that says which device it is.</returns>
    private protected IRegistrationObserver ObserverOf(string device) => IsLine ? new DeviceObserver(device, this) : this;

    /// <summary>Whether a failure is every device's: the line stops with this one message.</summary>
    /// <param name="failure">The failure.</param>
    /// <returns>Whether it is.</returns>
    private protected virtual bool StopsLine(AutoRegisterException failure) => false;

    /// <summary>Works on a device: at once, or beside others.</summary>
    /// <param name="work">The work, on another thread.</param>
    /// <param name="item">The device: the target of its error.</param>
    /// <param name="after">Runs on the pipeline thread after its output.</param>
    private protected void Process<T>(Func<CancellationToken, Task<T>> work, object item, Action<T>? after = null)
    {
        if (!IsLine)
        {
            WriteResult(work, item, after);
            return;
        }

        WriteUntil(() => running < ThrottleLimit && (!Ordered || output!.Unwritten < ThrottleLimit * OrderedWindow), Cancellation);
        LineOutput.Place place = output!.Reserve();
        running++;
        atWork.AddCount();
        _ = Task.Run(async () =>
        {
            Action write = await RunAsync(work, item, after).ConfigureAwait(false);
            events.Add(() => Finish(place, write), CancellationToken.None);
            atWork.Signal();
        });

        while (events.TryTake(out Action? happened))
        {
            happened();
        }
    }

    /// <summary>A device's failure as an error record, with the device as its target.</summary>
    private protected void WriteFailure(AutoRegisterException failure, object item)
    {
        tally?.Count(failed: true);
        WriteError(ErrorRecords.Of(failure, item));
    }

    private async Task<Action> RunAsync<T>(Func<CancellationToken, Task<T>> work, object item, Action<T>? after)
    {
        try
        {
            T result = await work(Cancellation).ConfigureAwait(false);
            return () =>
            {
                tally!.Count(failed: false);
                WriteOutput(result);
                after?.Invoke(result);
            };
        }
        catch (AutoRegisterException e)
        {
            PipelineEnd.At(item, finished: false);
            return () => Fail(e, item);
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            PipelineEnd.At(item, finished: false);
            return () => { };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A defect must surface as it does with one device, and on the pipeline thread.
            return () => throw new InvalidOperationException($"{item}: {e.Message}", e);
        }
    }

    private void Fail(AutoRegisterException failure, object item)
    {
        if (end is not null)
        {
            return;
        }

        if (!StopsLine(failure))
        {
            WriteFailure(failure, item);
            return;
        }

        // Those that are on their way would say the same; those that have finished are handed on.
        end = failure;
        Cancel();
        WriteUntil(() => running == 0, CancellationToken.None);
        ended = true;
        var summary = new AutoRegisterException(
            failure.Id, $"{failure.Message} The line stops: {tally!.Summary(0)}.", failure.RecommendedAction, item, failure);
        ThrowTerminatingError(ErrorRecords.Of(summary, item));
    }

    private void Finish(LineOutput.Place place, Action write)
    {
        running--;
        output!.Write(place, write);
        if (tally!.Progress(running) is ProgressRecord progress)
        {
            WriteProgress(progress);
        }
    }

    private void WriteUntil(Func<bool> enough, CancellationToken cancellation)
    {
        try
        {
            while (!enough())
            {
                // Without an event a second passes at most: the progress of a line that waits must not look frozen.
                if (events.TryTake(out Action? happened, 1000, cancellation))
                {
                    happened();
                }
                else if (tally!.Progress(running) is ProgressRecord progress)
                {
                    WriteProgress(progress);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Nothing is left behind half-way: a token session ends, a rename is made durable. Nobody listens any more.</summary>
    private void Unwind()
    {
        if (tally is null || ended)
        {
            return;
        }

        int cutOff = output!.Unwritten;
        Cancel();
        atWork.Signal();
        atWork.Wait();
        if (stopped && cutOff + tally.Done + tally.Failed > 0)
        {
            // The streams of a stopped pipeline are closed; only the host still listens.
            Host.UI.WriteWarningLine($"{MyInvocation.MyCommand.Name} stopped: {tally.Summary(cutOff)}.");
        }
    }
}

using System.Management.Automation;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Line;

namespace AutoRegister.Cmdlets;

/// <summary>
/// A cmdlet of the pipeline that can work on many devices at once. With <c>-ThrottleLimit 1</c>, which is the default, it
/// does one after the other on the way its input comes. With more, no more than the limit are on their way.
/// </summary>
public abstract class LineCmdlet : AutoRegisterCmdlet
{
    private LineWork? line;

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
            line = new LineWork(this, ThrottleLimit, Ordered, new LineTally(Progress.Id, Progress.Activity, ExpectedCount));
        }

        try
        {
            Prepare();
        }
        catch (AutoRegisterException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e));
        }
    }

    /// <summary>Takes what all devices need, before the first. A failure ends the line.</summary>
    private protected virtual void Prepare()
    {
    }

    /// <summary>What all devices need: it is disposed of when none is on its way any more.</summary>
    private protected IDisposable? Needed { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => line?.Complete();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && line is not null)
        {
            line.Unwind();
            line.Dispose();
        }

        base.Dispose(disposing);
        if (disposing)
        {
            Needed?.Dispose();
        }
    }

    /// <summary>Who hears what is said about a device: the streams, on a line behind one that says which device it is.</summary>
    private protected IRegistrationObserver ObserverOf(string device) => IsLine ? new DeviceObserver(device, Streams) : Streams;

    /// <summary>Whether a failure is every device's: the line stops with this one message.</summary>
    internal virtual bool StopsLine(AutoRegisterException failure) => false;

    /// <summary>Works on a device: at once, or beside others.</summary>
    /// <param name="work">The work, on another thread.</param>
    /// <param name="item">The device: the target of its error.</param>
    /// <param name="after">Runs on the pipeline thread after its output.</param>
    private protected void Process<T>(Func<CancellationToken, Task<T>> work, object item, Action<T>? after = null)
    {
        if (line is null)
        {
            WriteResult(work, item, after);
        }
        else
        {
            line.Begin(work, item, result =>
            {
                WriteOutput(result);
                after?.Invoke(result);
            });
        }
    }

    /// <summary>A device's failure as an error record, with the device as its target.</summary>
    internal void WriteFailure(AutoRegisterException failure, object item)
    {
        line?.CountFailure();
        WriteError(ErrorRecords.Of(failure, item));
    }
}

using System.Collections.Concurrent;
using System.Management.Automation;
using AutoRegister.Core.Base;

namespace AutoRegister.Cmdlets;

/// <summary>
/// The streams of a cmdlet, for words from Core: written on the pipeline thread, whatever thread they come from, a clean line each.
/// </summary>
/// <param name="cancellation">Is cancelled when the pipeline stops.</param>
internal sealed class PipelineStreams(PSCmdlet cmdlet, CancellationToken cancellation) : IRegistrationObserver
{
    private ProgressRecord? wait;

    /// <summary>Keeps words that come from other threads until the pipeline thread writes them; <see langword="null"/> where it speaks itself.</summary>
    internal BlockingCollection<Action>? Pending { get; set; }

    /// <inheritdoc/>
    public CancellationToken Cancellation => cancellation;

    /// <inheritdoc/>
    public void ReportStep(string message) => Post(() => cmdlet.WriteVerbose(Printable.Line(message)));

    /// <inheritdoc/>
    public void ReportDetail(string message) => Post(() => cmdlet.WriteDebug(Printable.Line(message)));

    /// <inheritdoc/>
    public void ReportWarning(string message) => Post(() => cmdlet.WriteWarning(Printable.Line(message)));

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
            written.Wait(cancellation);
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
        cmdlet.WriteInformation(new HostInformationMessage { Message = prompt.ToString() }, ["PSHOST"]);
    });

    /// <inheritdoc/>
    public void ReportWaiting(string what, string status, TimeSpan left) => Post(() =>
    {
        if (Terminal.ShowsProgress(cmdlet.Host.Name))
        {
            wait = new ProgressRecord(1, what, Printable.Line(status)) { SecondsRemaining = (int)Math.Min(left.TotalSeconds, int.MaxValue) };
            cmdlet.WriteProgress(wait);
        }
    });

    /// <inheritdoc/>
    public void ReportWaitEnded() => Post(EndWait);

    /// <summary>Takes the progress of a wait away.</summary>
    internal void EndWait()
    {
        if (wait is not null)
        {
            cmdlet.WriteProgress(new ProgressRecord(wait.ActivityId, wait.Activity, wait.StatusDescription) { RecordType = ProgressRecordType.Completed });
            wait = null;
        }
    }

    /// <summary>Whether somebody listens.</summary>
    private bool Post(Action write)
    {
        if (Pending is not BlockingCollection<Action> queue)
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

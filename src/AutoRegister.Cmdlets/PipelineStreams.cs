using System.Collections.Concurrent;
using System.Management.Automation;
using AutoRegister.Core.Base;

namespace AutoRegister.Cmdlets;

/// <summary>
/// The streams of a cmdlet, for words from Core: a clean line each, written on the pipeline thread when it next looks for some. They come
/// from any thread, those of another pipeline that uses the same PKCS#11 module among them.
/// </summary>
/// <param name="cancellation">Is cancelled when the pipeline stops.</param>
internal sealed class PipelineStreams(PSCmdlet cmdlet, CancellationToken cancellation) : IRegistrationObserver
{
    private ProgressRecord? wait;

    /// <summary>What was said, and what else happened to devices, until the pipeline thread writes it.</summary>
    internal BlockingCollection<Action> Pending { get; } = [];

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
        Post(written.Set);
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

    /// <summary>Writes what was said until now. On the pipeline thread.</summary>
    internal void Write()
    {
        while (Pending.TryTake(out Action? write))
        {
            write();
        }
    }

    private void Post(Action write) => Pending.Add(write, CancellationToken.None);
}

using System.Collections.Concurrent;
using System.Management.Automation;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Line;

namespace AutoRegister.Cmdlets;

/// <summary>
/// The devices of a line that are on their way: work runs on other threads, and what a device writes is written on the pipeline thread
/// when it has finished. Used by the pipeline thread alone.
/// </summary>
/// <param name="cmdlet">Writes, and knows when the line ends.</param>
/// <param name="limit">How many are on their way at most.</param>
/// <param name="ordered">Whether they are written in the order they came.</param>
internal sealed class LineWork(LineCmdlet cmdlet, int limit, bool ordered, LineTally tally) : IDisposable
{
    // With an order no more than so many times the limit wait for a slow device before them.
    private const int OrderedWindow = 8;
    private readonly LineSession session = LineSession.Begin();
    private readonly CountdownEvent atWork = new(1);
    private readonly LineOutput output = new(ordered);
    private int running;
    private bool stops;
    private bool ended;

    private BlockingCollection<Action> Events => cmdlet.Streams.Pending;

    /// <summary>Begins a device, as soon as there is room for it.</summary>
    /// <param name="work">The work, on another thread.</param>
    /// <param name="write">Writes its result, on the pipeline thread.</param>
    internal void Begin<T>(Func<CancellationToken, Task<T>> work, object item, Action<T> write)
    {
        WriteUntil(() => running < limit && (!ordered || output.Unwritten < limit * OrderedWindow), cmdlet.Cancellation);
        LineOutput.Place place = output.Reserve();
        running++;
        atWork.AddCount();
        _ = Task.Run(async () =>
        {
            Action finished = await RunAsync(work, item, write).ConfigureAwait(false);
            Events.Add(() => Finish(place, finished), CancellationToken.None);
            atWork.Signal();
        });

        cmdlet.Streams.Write();
    }

    /// <summary>Waits for all devices.</summary>
    internal void Complete()
    {
        WriteUntil(() => output.Unwritten == 0, cmdlet.Cancellation);
        ended = true;
        cmdlet.WriteProgress(tally.Completed());
        foreach (AutoRegisterException problem in session.End())
        {
            cmdlet.WriteError(ErrorRecords.From(problem));
        }
    }

    /// <summary>Counts a device that failed.</summary>
    internal void CountFailure() => tally.Count(failed: true);

    /// <summary>Nothing is left behind half-way: a token session ends, a rename is made durable.</summary>
    internal void Unwind()
    {
        if (!ended)
        {
            int cutOff = output.Unwritten;
            cmdlet.Cancel();
            atWork.Signal();
            atWork.Wait();
            if (cmdlet.WasStopped && cutOff + tally.Done + tally.Failed > 0)
            {
                Warn($"stopped: {tally.Summary(cutOff)}.");
            }
        }

        foreach (AutoRegisterException problem in session.End())
        {
            Warn($"{problem.Message} {problem.RecommendedAction}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        atWork.Dispose();
        session.Dispose();
    }

    // The streams of a pipeline that has ended are closed; only the host still listens.
    private void Warn(string words) => cmdlet.Host.UI.WriteWarningLine($"{cmdlet.MyInvocation.MyCommand.Name} {words}");

    private async Task<Action> RunAsync<T>(Func<CancellationToken, Task<T>> work, object item, Action<T> write)
    {
        try
        {
            T result = await work(cmdlet.Cancellation).ConfigureAwait(false);
            return () =>
            {
                tally.Count(failed: false);
                write(result);
            };
        }
        catch (AutoRegisterException e)
        {
            PipelineEnd.At(item, finished: false);
            return () => Fail(e, item);
        }
        catch (OperationCanceledException) when (cmdlet.Cancellation.IsCancellationRequested)
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
        if (stops)
        {
            return;
        }

        if (!cmdlet.StopsLine(failure))
        {
            cmdlet.WriteFailure(failure, item);
            return;
        }

        // Those that are on their way would say the same; those that have finished are handed on.
        stops = true;
        cmdlet.Cancel();
        WriteUntil(() => running == 0, CancellationToken.None);
        ended = true;
        var summary = new AutoRegisterException(failure.Id, $"{failure.Message} The line stops: {tally.Summary(0)}.", failure.RecommendedAction, item, failure);
        cmdlet.ThrowTerminatingError(ErrorRecords.Of(summary, item));
    }

    private void Finish(LineOutput.Place place, Action write)
    {
        running--;
        output.Write(place, write);
        WriteProgress();
    }

    private void WriteUntil(Func<bool> enough, CancellationToken cancellation)
    {
        try
        {
            while (!enough())
            {
                // Without an event a second passes at most: the progress of a line that waits must not look frozen.
                if (Events.TryTake(out Action? happened, 1000, cancellation))
                {
                    happened();
                }
                else
                {
                    WriteProgress();
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private void WriteProgress()
    {
        if (tally.Progress(running) is ProgressRecord progress)
        {
            cmdlet.WriteProgress(progress);
        }
    }
}

using System.Data.Common;
using System.Threading.Channels;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Ledger;

/// <summary>
/// Runs every piece of work that changes the ledger, one after the other on one connection, and commits as many
/// together as are waiting: a flush of the disk costs more than a hundred registrations. Nobody hears of a result
/// before it is committed.
/// </summary>
/// <remarks>
/// A piece of work may be run twice: when one of those committed together throws, all is undone and each is run in a
/// transaction of its own, so that one that fails harms no other. So it changes nothing but the ledger. What is refused
/// is a result and no exception: a refusal is written into the audit.
/// </remarks>
internal sealed class LedgerWriter : IAsyncDisposable
{
    private const int MostTogether = 256;

    private readonly Channel<Work> waiting = Channel.CreateBounded<Work>(4096);
    private readonly LedgerDatabase database;
    private LedgerSession? session;

    /// <summary>Starts to work; the connection is opened when there is something to do.</summary>
    public LedgerWriter(LedgerDatabase database)
    {
        this.database = database;
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the writer was disposed of; before that only when something is broken for good.</summary>
    public Task Completion { get; }

    /// <summary>Does a piece of work and returns its result once that is on disk.</summary>
    /// <exception cref="DbException">It is not known to be on disk: the database is gone, or its disk is full.</exception>
    public async Task<T> DoAsync<T>(Func<LedgerSession, T> work)
    {
        var item = new Work<T>(work);
        await waiting.Writer.WriteAsync(item);
        return await item.Result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await Completion;
        session?.Dispose();
    }

    private async Task RunAsync()
    {
        var together = new List<Work>(MostTogether);
        while (await waiting.Reader.WaitToReadAsync())
        {
            together.Clear();
            while (together.Count < MostTogether && waiting.Reader.TryRead(out Work? next))
            {
                together.Add(next);
            }

            if (together.Count == 1 || TryCommit(together) is not null)
            {
                together.ForEach(RunAlone);
            }
        }
    }

    private void RunAlone(Work work)
    {
        if (TryCommit([work]) is { } failure)
        {
            work.Fail(failure);
        }
    }

    // Any exception: it is for whoever waits for the work, and one that is not handed on would leave them waiting for ever.
#pragma warning disable CA1031
    private Exception? TryCommit(List<Work> together)
    {
        try
        {
            LedgerSession open = Open();
            open.Run(database.Begin);
            together.ForEach(work => work.Run(open));
            open.Run("COMMIT");
        }
        catch (Exception e)
        {
            Undo();
            FactoryMeter.LedgerCommits.Add(1, FactoryMeter.Outcome("failed"));
            return e;
        }

        FactoryMeter.LedgerCommits.Add(1, FactoryMeter.Outcome("committed"));

        together.ForEach(work => work.Succeed());
        return null;
    }
#pragma warning restore CA1031

    private LedgerSession Open()
    {
        if (session is { IsOpen: false })
        {
            session.Dispose();
            session = null;
        }

        session ??= LedgerSession.Open(database, readOnly: false);
        // Another server may have written since.
        session.AuditHead = null;
        return session;
    }

    private void Undo()
    {
        try
        {
            session?.Run("ROLLBACK");
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            // Undone already, as SQLite does when the disk is full, or the connection is broken: the next work opens another.
            session?.Dispose();
            session = null;
        }
    }

    private abstract class Work
    {
        public abstract void Run(LedgerSession session);

        public abstract void Succeed();

        public abstract void Fail(Exception exception);
    }

    private sealed class Work<T>(Func<LedgerSession, T> work) : Work
    {
        private readonly TaskCompletionSource<T> committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Result => committed.Task;

        public override void Run(LedgerSession session) => result = work(session);

        public override void Succeed() => committed.SetResult(result!);

        public override void Fail(Exception exception) => committed.SetException(exception);
    }
}

using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace AutoRegister.Factory.Ledger;

/// <summary>
/// Runs every piece of work on the ledger, one after the other on one connection, and commits as many together as are
/// waiting: a flush of the disk costs more than a hundred registrations. Nobody hears of a result before it is committed.
/// </summary>
/// <remarks>
/// A piece of work reads what it likes and then changes at most one row with one statement, so that one that fails
/// leaves nothing behind and does not harm the others of its transaction.
/// </remarks>
internal sealed class LedgerWriter : IAsyncDisposable
{
    private const int MostTogether = 256;

    private readonly Channel<(Task Work, TaskCompletionSource Committed)> waiting =
        Channel.CreateBounded<(Task, TaskCompletionSource)>(4096);

    private readonly SqliteConnection connection;
    private readonly Statement begin;
    private readonly Statement commit;
    private readonly Statement rollback;

    /// <summary>Takes over the connection.</summary>
    public LedgerWriter(SqliteConnection connection)
    {
        this.connection = connection;
        begin = new Statement(connection, "BEGIN IMMEDIATE");
        commit = new Statement(connection, "COMMIT");
        rollback = new Statement(connection, "ROLLBACK");
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the writer was disposed of; before that only when something is broken for good.</summary>
    public Task Completion { get; }

    /// <summary>Does a piece of work and returns its result once that is on disk.</summary>
    public async Task<T> DoAsync<T>(Func<T> work)
    {
        var task = new Task<T>(work);
        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await waiting.Writer.WriteAsync((task, committed));
        await committed.Task;
        return await task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await Completion;
        begin.Dispose();
        commit.Dispose();
        rollback.Dispose();
        await connection.DisposeAsync();
    }

    private async Task RunAsync()
    {
        var together = new List<(Task Work, TaskCompletionSource Committed)>(MostTogether);
        while (await waiting.Reader.WaitToReadAsync())
        {
            together.Clear();
            while (together.Count < MostTogether && waiting.Reader.TryRead(out var next))
            {
                together.Add(next);
            }

            RunTogether(together);
        }
    }

    private void RunTogether(List<(Task Work, TaskCompletionSource Committed)> together)
    {
        try
        {
            begin.Run();
            foreach (var (work, _) in together)
            {
                // An exception stays in the task, for whoever awaits it.
                work.RunSynchronously(TaskScheduler.Default);
            }

            commit.Run();
        }
        catch (SqliteException e)
        {
            UndoWhatIsOpen();
            together.ForEach(item => item.Committed.SetException(e));
            return;
        }

        together.ForEach(item => item.Committed.SetResult());
    }

    private void UndoWhatIsOpen()
    {
        try
        {
            rollback.Run();
        }
        catch (SqliteException)
        {
            // SQLite has undone it already, as it does when the disk is full.
        }
    }
}

using System.Runtime.ExceptionServices;

namespace AutoRegister.Core.Storage;

/// <summary>
/// One flush for all that wait for one: what comes while the disk is busy waits for the next, and goes on together with the others.
/// </summary>
/// <param name="flush">Makes durable all that was written before it was called; its failure is everybody's who waits.</param>
internal sealed class GroupFlush(Action flush)
{
    private readonly Lock state = new();
    private readonly Lock disk = new();
    private Group? next;

    /// <summary>How many wait for the next flush.</summary>
    internal int Waiting
    {
        get
        {
            lock (state)
            {
                return next?.Members ?? 0;
            }
        }
    }

    /// <summary>Returns when all that the caller wrote before is durable.</summary>
    /// <exception cref="IOException">The flush failed.</exception>
    internal void Wait()
    {
        Group mine;
        bool leads;
        lock (state)
        {
            leads = next is null;
            mine = next ??= new Group();
            mine.Members++;
        }

        if (leads)
        {
            Lead(mine);
        }
        else
        {
            mine.Ended.Wait();
        }

        mine.Failure?.Throw();
    }

    private void Lead(Group mine)
    {
        lock (disk)
        {
            // From here on whoever comes may have written too late for this flush.
            lock (state)
            {
                next = null;
            }

            try
            {
                flush();
            }
            catch (Exception e)
            {
                // Whatever it is: none of those who wait may go on as if all were durable.
                mine.Failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                mine.Ended.Set();
            }
        }
    }

    private sealed class Group
    {
        // Waiting is for the disk, milliseconds: spinning would take the processor from those who work.
        internal ManualResetEventSlim Ended { get; } = new(initialState: false, spinCount: 0);

        internal int Members { get; set; }

        internal ExceptionDispatchInfo? Failure { get; set; }
    }
}

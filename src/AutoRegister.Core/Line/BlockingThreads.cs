namespace AutoRegister.Core.Line;

/// <summary>
/// Threads for devices that wait for a disk or a token. The pool gives a blocked program one thread more every half second;
/// a line needs all of them at once. What is raised is a floor: a thread is made only when there is work for it.
/// </summary>
public static class BlockingThreads
{
    private static readonly Lock State = new();
    private static int wanted = Environment.ProcessorCount;

    /// <summary>Raises the floor for as long as the process lives; a pool that has more already is left alone.</summary>
    /// <param name="count">How many devices may wait at once, beside those of other cmdlets.</param>
    public static void Add(int count)
    {
        lock (State)
        {
            wanted = Math.Min(wanted + count, 512);
            ThreadPool.GetMinThreads(out int workers, out int completion);
            if (workers < wanted)
            {
                ThreadPool.SetMinThreads(wanted, completion);
            }
        }
    }
}

namespace AutoRegister.Core.Api;

/// <summary>
/// How many requests of a line are on their way at once, and when the next may leave. A server that asks to wait stops all of
/// them until then and halves their number; each answer lets it grow again (additive increase, multiplicative decrease, as
/// TCP does it: RFC 5681, section 3.1).
/// </summary>
/// <param name="limit">The most there may be.</param>
internal sealed class RequestThrottle(int limit, TimeProvider time)
{
    private readonly Lock state = new();
    private readonly Queue<TaskCompletionSource> waiting = new();
    private double allowed = limit;
    private int running;
    private DateTimeOffset closedUntil = DateTimeOffset.MinValue;

    /// <summary>How many may be on their way now.</summary>
    internal int Allowed
    {
        get
        {
            lock (state)
            {
                return (int)allowed;
            }
        }
    }

    /// <summary>Waits until a request may leave.</summary>
    /// <returns>The turn; dispose of it when the answer is there.</returns>
    internal async Task<Turn> TakeTurnAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (state)
            {
                TimeSpan closed = closedUntil - time.GetUtcNow();
                if (closed > TimeSpan.Zero)
                {
                    wait = Task.Delay(closed, time, cancellation);
                }
                else if (running < (int)allowed)
                {
                    running++;
                    return new Turn(this);
                }
                else
                {
                    var free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    waiting.Enqueue(free);
                    wait = free.Task.WaitAsync(cancellation);
                }
            }

            await wait.ConfigureAwait(false);
        }
    }

    /// <summary>Stops the line for a while.</summary>
    /// <returns>Whether it was running: of many that are refused at once one slows the line.</returns>
    internal bool Slow(TimeSpan wait)
    {
        lock (state)
        {
            DateTimeOffset now = time.GetUtcNow();
            bool first = closedUntil <= now;
            closedUntil = now + wait > closedUntil ? now + wait : closedUntil;
            allowed = first ? Math.Max(1, allowed / 2) : allowed;
            return first;
        }
    }

    /// <summary>An answer came: a little more may be on its way.</summary>
    internal void Quicken()
    {
        lock (state)
        {
            allowed = Math.Min(limit, allowed + (1 / allowed));
        }
    }

    private void Release()
    {
        lock (state)
        {
            running--;

            // As many as there is room for: it may have grown, or shrunk, since they began to wait.
            for (int free = (int)allowed - running; free > 0 && waiting.TryDequeue(out TaskCompletionSource? next); free--)
            {
                next.SetResult();
            }
        }
    }

    /// <summary>The right to have one request on its way.</summary>
    internal sealed class Turn(RequestThrottle throttle) : IDisposable
    {
        private int disposed;

        /// <inheritdoc/>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                throttle.Release();
            }
        }
    }
}

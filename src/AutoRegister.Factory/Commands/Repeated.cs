namespace AutoRegister.Factory.Commands;

/// <summary>Does something at once and then every so often, until it is disposed of; what fails is reported and tried again.</summary>
internal sealed class Repeated : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    /// <summary>Starts.</summary>
    public Repeated(TimeSpan every, TimeProvider clock, Func<CancellationToken, Task> work, Action<string> report) =>
        running = Task.Run(() => RunAsync(new PeriodicTimer(every, clock), work, report));

    /// <summary>Stops, and waits for what is being done.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync(PeriodicTimer timer, Func<CancellationToken, Task> work, Action<string> report)
    {
        using (timer)
        {
            try
            {
                do
                {
                    await TryAsync(work, report);
                }
                while (await timer.WaitForNextTickAsync(stop.Token));
            }
            catch (OperationCanceledException)
            {
                // As asked.
            }
        }
    }

#pragma warning disable CA1031 // Whatever it was: it is reported, and the next turn comes.
    private async Task TryAsync(Func<CancellationToken, Task> work, Action<string> report)
    {
        try
        {
            await work(stop.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            report($"warning: {e.Message}");
        }
    }
#pragma warning restore CA1031
}

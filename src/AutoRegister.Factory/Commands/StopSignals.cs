using System.Runtime.InteropServices;

namespace AutoRegister.Factory.Commands;

/// <summary>SIGTERM and SIGINT, as a task that ends with the first of them.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] registrations;

    /// <summary>Starts to listen for the signals, which no longer end the process by themselves.</summary>
    public StopSignals() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
    ];

    /// <summary>Ends with the first signal.</summary>
    public Task Task => received.Task;

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(registrations, registration => registration.Dispose());

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        received.TrySetResult();
    }
}

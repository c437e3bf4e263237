using System.Runtime.InteropServices;

namespace AutoRegister.Host;

/// <summary>
/// The first SIGTERM, SIGINT or SIGHUP asks the script to stop and gives it time to clean up; the second ends the
/// process at once.
/// </summary>
internal sealed class SignalStop : IDisposable
{
    // Shorter than the 90 s after which systemd kills, long enough for an HSM session and a rollback to end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private Timer? _impatience;
    private int _received;

    /// <summary>Starts to listen.</summary>
    public SignalStop() => _registrations =
    [
        Listen(PosixSignal.SIGHUP, 1),
        Listen(PosixSignal.SIGINT, 2),
        Listen(PosixSignal.SIGTERM, 15),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>
    /// Whether the signal was meant for this process only. Ctrl-C reaches the programs it started as well, and a
    /// second one would make some of them end without cleaning up.
    /// </summary>
    public bool WasForUsOnly => Volatile.Read(ref _received) is 1 or 15;

    /// <summary>What the process returns once a signal arrived; null as long as none did.</summary>
    public int? ExitCode => Volatile.Read(ref _received) is var number and not 0 ? ExitCodes.OfSignal(number) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        // The token source stays: the thread that cancels it may still be inside.
    }

    private PosixSignalRegistration Listen(PosixSignal signal, int number) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            Receive(number);
        });

    private void Receive(int number)
    {
        if (Interlocked.CompareExchange(ref _received, number, 0) != 0)
        {
            Environment.Exit(ExitCodes.OfSignal(number));
        }

        // A cmdlet that ignores StopProcessing must not keep the machine from shutting down.
        _impatience = new Timer(_ => Environment.Exit(ExitCodes.OfSignal(number)), null, Patience, Timeout.InfiniteTimeSpan);

        // On a thread of its own: stopping waits for the script, and the next signal must be heard meanwhile.
        new Thread(_stop.Cancel) { IsBackground = true, Name = "stop" }.Start();
    }
}

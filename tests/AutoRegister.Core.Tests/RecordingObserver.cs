using System.Collections.Concurrent;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Tests;

/// <summary>Keeps what Core said.</summary>
internal sealed class RecordingObserver : IRegistrationObserver
{
    public ConcurrentQueue<string> Steps { get; } = new();

    public ConcurrentQueue<string> Details { get; } = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    /// <summary>What was waited for and what was said of it; nothing where a wait ended.</summary>
    public ConcurrentQueue<string?> Waits { get; } = new();

    public CancellationToken Cancellation => CancellationToken.None;

    /// <summary>How often somebody waited until the words were written.</summary>
    public int Flushes { get; private set; }

    /// <summary>What is done at each step, before it is kept; nothing by default.</summary>
    public Action<string>? AtStep { get; set; }

    public void ReportStep(string message)
    {
        AtStep?.Invoke(message);
        Steps.Enqueue(message);
    }

    public void ReportDetail(string message) => Details.Enqueue(message);

    public void ReportWarning(string message) => Warnings.Enqueue(message);

    public void Flush() => Flushes++;

    public void ReportWaiting(string what, string status, TimeSpan left) => Waits.Enqueue($"{what} [{status}] {left.TotalSeconds}");

    public void ReportWaitEnded() => Waits.Enqueue(null);
}

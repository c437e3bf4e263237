using System.Collections.Concurrent;

namespace AutoRegister.Core.Tests;

/// <summary>Keeps what Core said.</summary>
internal sealed class RecordingObserver : IRegistrationObserver
{
    public ConcurrentQueue<string> Steps { get; } = new();

    public ConcurrentQueue<string> Details { get; } = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    /// <summary>What is done at each step, before it is kept; nothing by default.</summary>
    public Action<string>? AtStep { get; set; }

    public void ReportStep(string message)
    {
        AtStep?.Invoke(message);
        Steps.Enqueue(message);
    }

    public void ReportDetail(string message) => Details.Enqueue(message);

    public void ReportWarning(string message) => Warnings.Enqueue(message);
}

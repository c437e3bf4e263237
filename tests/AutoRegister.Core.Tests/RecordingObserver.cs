using System.Collections.Concurrent;

namespace AutoRegister.Core.Tests;

/// <summary>Keeps what Core said.</summary>
internal sealed class RecordingObserver : IRegistrationObserver
{
    public ConcurrentQueue<string> Steps { get; } = new();

    public ConcurrentQueue<string> Details { get; } = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    public void ReportStep(string message) => Steps.Enqueue(message);

    public void ReportDetail(string message) => Details.Enqueue(message);

    public void ReportWarning(string message) => Warnings.Enqueue(message);
}

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>Keeps what Core says.</summary>
internal sealed class RecordingObserver : IRegistrationObserver
{
    public List<string> Warnings { get; } = [];

    public List<string> Details { get; } = [];

    public void ReportStep(string message)
    {
    }

    public void ReportDetail(string message) => Details.Add(message);

    public void ReportWarning(string message) => Warnings.Add(message);
}

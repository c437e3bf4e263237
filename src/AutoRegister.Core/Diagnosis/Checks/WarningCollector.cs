using AutoRegister.Core.Base;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>Keeps warnings for the finding they belong to; passes everything else on.</summary>
internal sealed class WarningCollector(IRegistrationObserver observer) : IRegistrationObserver
{
    private readonly List<string> warnings = [];

    internal string Text => string.Join(' ', warnings);

    internal bool Any => warnings.Count > 0;

    public CancellationToken Cancellation => observer.Cancellation;

    public void ReportStep(string message) => observer.ReportDetail(message);

    public void ReportDetail(string message) => observer.ReportDetail(message);

    public void Flush() => observer.Flush();

    public void ReportWarning(string message) => warnings.Add(message);
}

namespace AutoRegister.Core.Base;

/// <summary>Hears everything and says nothing.</summary>
internal sealed class SilentObserver : IRegistrationObserver
{
    private SilentObserver()
    {
    }

    internal static SilentObserver Instance { get; } = new();

    public CancellationToken Cancellation => CancellationToken.None;

    public void ReportStep(string message)
    {
    }

    public void ReportDetail(string message)
    {
    }

    public void ReportWarning(string message)
    {
    }
}

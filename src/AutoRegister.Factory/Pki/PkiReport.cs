using AutoRegister.Core.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>Makes one line each of what the PKCS#11 code of the core has to say.</summary>
internal sealed class PkiReport(Action<string> report) : IRegistrationObserver
{
    /// <inheritdoc/>
    public CancellationToken Cancellation => CancellationToken.None;

    /// <inheritdoc/>
    public void ReportStep(string message) => report(message);

    /// <inheritdoc/>
    public void ReportDetail(string message)
    {
    }

    /// <inheritdoc/>
    public void ReportWarning(string message) => report($"warning: {message}");
}

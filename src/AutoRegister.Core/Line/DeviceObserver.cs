using AutoRegister.Core.Base;

namespace AutoRegister.Core.Line;

/// <summary>Puts a device's name before its words: on a line many speak at once.</summary>
/// <param name="line">Hears all of them.</param>
public sealed class DeviceObserver(string device, IRegistrationObserver line) : IRegistrationObserver
{
    /// <inheritdoc/>
    public CancellationToken Cancellation => line.Cancellation;

    /// <inheritdoc/>
    public void ReportStep(string message) => line.ReportStep($"{device}: {message}");

    /// <inheritdoc/>
    public void ReportDetail(string message) => line.ReportDetail($"{device}: {message}");

    /// <inheritdoc/>
    public void ReportWarning(string message) => line.ReportWarning($"{device}: {message}");

    /// <inheritdoc/>
    public void Flush() => line.Flush();

    /// <inheritdoc/>
    public void ReportPersonNeeded(AuthorizationPrompt prompt) => line.ReportPersonNeeded(prompt);

    // That this one device waits is not said: a line shows one progress for all of them.
}

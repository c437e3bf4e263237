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

    /// <summary>
    /// Returns at once: the pipeline thread writes the words when it is in this cmdlet, and it may be in another one of the line, where a
    /// device waits for the token that this one holds.
    /// </summary>
    public void Flush()
    {
    }

    /// <inheritdoc/>
    public void ReportPersonNeeded(AuthorizationPrompt prompt) => line.ReportPersonNeeded(prompt);

    // That this one device waits is not said: a line shows one progress for all of them.
}

namespace AutoRegister.Factory.Pki;

/// <summary>The device CA's key cannot be reached: its token is gone, or has refused the PIN. Nothing was signed.</summary>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="isPermanent">Whether only a person and a new start can help: no retry does.</param>
internal sealed class DeviceCaUnavailableException(string message, bool isPermanent, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether no retry helps.</summary>
    public bool IsPermanent { get; } = isPermanent;
}

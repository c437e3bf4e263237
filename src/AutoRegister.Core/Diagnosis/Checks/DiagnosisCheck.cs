namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>One check. It looks, and changes nothing: no file, no token, no login.</summary>
/// <param name="name">What it checks, two or three words.</param>
/// <param name="needsNetwork">Whether it is done only when the network may be used.</param>
internal abstract class DiagnosisCheck(string name, bool needsNetwork = false)
{
    internal string Name => name;

    internal bool NeedsNetwork => needsNetwork;

    /// <summary>Does the check. A failure that is an <see cref="Errors.AutoRegisterException"/> becomes a finding.</summary>
    internal abstract Task<CheckFinding> RunAsync(DiagnosisContext context, CancellationToken cancellation);
}

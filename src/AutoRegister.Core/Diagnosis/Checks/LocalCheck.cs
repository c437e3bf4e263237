namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>A check that waits for nothing.</summary>
internal abstract class LocalCheck(string name) : DiagnosisCheck(name)
{
    internal sealed override Task<CheckFinding> RunAsync(DiagnosisContext context, CancellationToken cancellation) => Task.FromResult(Run(context));

    /// <summary>Does the check.</summary>
    protected abstract CheckFinding Run(DiagnosisContext context);
}

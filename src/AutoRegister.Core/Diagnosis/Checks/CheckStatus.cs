namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>How a check ended.</summary>
public enum CheckStatus : long
{
    /// <summary>Nothing is wrong.</summary>
    Passed,

    /// <summary>A registration works, but something should be changed.</summary>
    Warning,

    /// <summary>A registration, or the OTA client after it, cannot work.</summary>
    Failed,

    /// <summary>It was not done; what was seen says why.</summary>
    Skipped,
}

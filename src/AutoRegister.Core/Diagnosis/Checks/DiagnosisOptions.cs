using AutoRegister.Core.Api;
using AutoRegister.Core.Configuration;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>What to check, and how far to go.</summary>
public sealed record DiagnosisOptions
{
    /// <summary>What the caller's parameters say of the device.</summary>
    public SotaConfigOptions Config { get; init; } = new();

    /// <summary>Looks up a variable of the environment.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Whether the network may be used.</summary>
    public bool Online { get; init; }

    /// <summary>A further trust anchor for the registration API; <see langword="null"/> for the system's alone.</summary>
    public TrustAnchor? Anchor { get; init; }
}

namespace AutoRegister.Factory.Ledger;

/// <summary>Who asks for a registration, as far as they have proved it.</summary>
internal sealed record Applicant
{
    /// <summary>As the audit names them: <c>station line-1</c>, <c>device 1234…</c>, <c>API token</c>, <c>anybody</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>The station, where it is one.</summary>
    public string? Station { get; init; }

    /// <summary>The one device they may register, where it is one.</summary>
    public string? Device { get; init; }

    /// <summary>The IP address they come from.</summary>
    public string? Address { get; init; }
}

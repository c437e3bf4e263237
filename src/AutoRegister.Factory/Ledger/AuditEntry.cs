namespace AutoRegister.Factory.Ledger;

/// <summary>One decision, as it is written down: who asked for what, from where, for which device, and what came of it.</summary>
internal sealed record AuditEntry(string Actor, string Action)
{
    /// <summary>The IP address it came from; null for a command on the server itself.</summary>
    public string? Address { get; init; }

    /// <summary>The device.</summary>
    public string? Uuid { get; init; }

    /// <summary>The certificate's serial number, in hexadecimal.</summary>
    public string? Serial { get; init; }

    /// <summary>Why: of a refusal, a revocation, a rekey.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether it was refused.</summary>
    public bool Refused { get; init; }
}

/// <summary>The last row of the audit: its number, and the hash that the next row goes on from.</summary>
internal sealed record AuditHead(long Number, string Hash);

namespace AutoRegister.Factory.Ledger;

/// <summary>What a checked registration request says about a device.</summary>
internal sealed record DeviceClaim
{
    /// <summary>The device's UUID, as it wrote it.</summary>
    public required string Uuid { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its group, if it asked for one.</summary>
    public required string? Group { get; init; }

    /// <summary>Its hardware id.</summary>
    public required string HardwareId { get; init; }

    /// <summary>Its tags, if it sent any.</summary>
    public required string? Tags { get; init; }

    /// <summary>Whether it is a production device.</summary>
    public required bool Production { get; init; }

    /// <summary>SHA-256 of its public key.</summary>
    public required string PublicKeySha256 { get; init; }

    /// <summary>SHA-256 of its CSR.</summary>
    public required string CsrSha256 { get; init; }

    /// <summary>The serial number its certificate has.</summary>
    public required string Serial { get; init; }
}

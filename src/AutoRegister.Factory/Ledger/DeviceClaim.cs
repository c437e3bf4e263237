using System.Text;

namespace AutoRegister.Factory.Ledger;

/// <summary>What a checked registration request says about a device.</summary>
internal sealed record DeviceClaim
{
    private readonly string uuid = "";

    /// <summary>The device's UUID; the ledger knows it in lower case.</summary>
    public required string Uuid
    {
        get => uuid;
        init => uuid = value.ToLowerInvariant();
    }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its group, if it asked for one.</summary>
    public required string? Group { get; init; }

    /// <summary>Its hardware id.</summary>
    public required string HardwareId { get; init; }

    /// <summary>Its tags, if it sent any.</summary>
    public required string? Tags { get; init; }

    /// <summary>Whether it asks to be a production device.</summary>
    public required bool Production { get; init; }

    /// <summary>SHA-256 of its public key.</summary>
    public required string PublicKeySha256 { get; init; }

    /// <summary>A name as names are compared.</summary>
    public static string Fold(string name) => name.Normalize(NormalizationForm.FormC).ToLowerInvariant();
}

namespace AutoRegister.Core.Pkcs11.Settings;

/// <summary>Which token holds a device's key, and under which id, without its PIN and module.</summary>
public sealed record TokenReference
{
    /// <summary>The token's label.</summary>
    public required string Label { get; init; }

    /// <summary>Its serial number, where several have the label.</summary>
    public string? Serial { get; init; }

    /// <summary>The id of the device's key and certificate in a token that many devices share, lower-case hex.</summary>
    public string? KeyId { get; init; }

    /// <summary>The label of a key that was in the token before; <see langword="null"/> for one that we made.</summary>
    public string? ExistingKeyLabel { get; init; }

    /// <summary>The id of a key that was in the token before, lower-case hex.</summary>
    public string? ExistingKeyId { get; init; }

    /// <summary>The token as messages name it.</summary>
    public override string ToString() => Serial is null ? $"token \"{Label}\"" : $"token \"{Label}\" (serial {Serial})";
}

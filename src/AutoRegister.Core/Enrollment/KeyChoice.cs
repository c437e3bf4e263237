using AutoRegister.Core.Keys;

namespace AutoRegister.Core.Enrollment;

/// <summary>Which device key <c>New-HsmDeviceKey</c> is asked for.</summary>
public sealed record KeyChoice
{
    /// <summary>Whether to replace what an earlier registration left (<c>-Force</c>).</summary>
    public bool Replace { get; init; }

    /// <summary>What kind of key to make; <see langword="null"/>: P-256, or whatever an interrupted run made.</summary>
    public KeyAlgorithm? Algorithm { get; init; }

    /// <summary>Whether a blank token that holds objects may be initialised; they are lost then.</summary>
    public bool EraseToken { get; init; }

    /// <summary>A key that is in the token already; <see langword="null"/> when one is to be made.</summary>
    public KeyReference? Existing { get; init; }

    /// <summary>Names an existing key as somebody does: by label and id, else as the PKCS#11 URI of the configuration does, else the one key there is.</summary>
    /// <param name="label">Its label; <see langword="null"/> where it does not matter.</param>
    /// <param name="id">Its id, hex; <see langword="null"/> where it does not matter.</param>
    /// <param name="config">What the device is told to be.</param>
    public static KeyReference Named(string? label, string? id, SotaConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return label is null && id is null ? config.Hsm?.NamedKey ?? new KeyReference(null, null) : new KeyReference(label, id?.ToLowerInvariant());
    }
}

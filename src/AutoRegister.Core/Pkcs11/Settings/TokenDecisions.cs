using AutoRegister.Core.Keys;

namespace AutoRegister.Core.Pkcs11.Settings;

/// <summary>What was decided about a device's token on the way, beside what <see cref="HsmSettings"/> are told: they are the device's, and no settings.</summary>
internal sealed record TokenDecisions
{
    /// <summary>Nothing: the key is made in an empty token, and the certificate stored beside it.</summary>
    internal static TokenDecisions None { get; } = new();

    /// <summary>A key that was in the token before and is to be the device's; <see langword="null"/> when one is made.</summary>
    internal KeyReference? ExistingKey { get; init; }

    /// <summary>The id of a certificate that came with <see cref="ExistingKey"/> and is the device's, two hex digits; <see langword="null"/> when ours is stored.</summary>
    internal string? ExistingCertificateId { get; init; }

    /// <summary>Whether a token that is not initialised may be although it holds objects, which are lost then.</summary>
    internal bool MayErase { get; init; }
}

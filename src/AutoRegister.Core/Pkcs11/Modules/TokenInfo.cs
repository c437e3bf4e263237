using AutoRegister.Core.Pkcs11.SoftHsm;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>What can be known of a slot and its token without a login (PKCS#11 2.40, section 3.2, <c>CK_SLOT_INFO</c> and <c>CK_TOKEN_INFO</c>).</summary>
public sealed record TokenInfo
{
    /// <summary>Path of the module.</summary>
    public required string ModulePath { get; init; }

    /// <summary>The slot's number, good until the module is finalised.</summary>
    public required ulong SlotId { get; init; }

    /// <summary>The slot's description, without padding.</summary>
    public required string SlotDescription { get; init; }

    /// <summary>The token's label, without padding.</summary>
    public required string Label { get; init; }

    /// <summary>The token's serial number, without padding.</summary>
    public required string Serial { get; init; }

    /// <summary>The token's manufacturer.</summary>
    public required string Manufacturer { get; init; }

    /// <summary>The token's model.</summary>
    public required string Model { get; init; }

    /// <summary>Whether the token is initialised; a token that is not is blank.</summary>
    public required bool IsInitialized { get; init; }

    /// <summary>Whether the token cannot be written.</summary>
    public required bool IsWriteProtected { get; init; }

    /// <summary>Whether some functions need a login.</summary>
    public required bool IsLoginRequired { get; init; }

    /// <summary>Whether PINs are entered at the token itself.</summary>
    public required bool HasProtectedAuthenticationPath { get; init; }

    /// <summary>Whether it is a TPM, which locks and unlocks by itself: as far as the module's name tells.</summary>
    internal bool IsTpm => Path.GetFileName(ModulePath).Contains("tpm2", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is one of SoftHSM2, which fails when threads meet in it (its issues 464, 573 and 688).</summary>
    public bool IsSoftHsm => SoftHsmStorage.Serves(Manufacturer);

    /// <summary>The flags that matter, by their PKCS#11 names without <c>CKF_</c>; those of the PINs are in their states.</summary>
    public IReadOnlyList<string> Flags =>
    [
        .. IsInitialized ? ["TOKEN_INITIALIZED"] : Array.Empty<string>(),
        .. IsLoginRequired ? ["LOGIN_REQUIRED"] : Array.Empty<string>(),
        .. IsWriteProtected ? ["WRITE_PROTECTED"] : Array.Empty<string>(),
        .. HasProtectedAuthenticationPath ? ["PROTECTED_AUTHENTICATION_PATH"] : Array.Empty<string>(),
    ];

    /// <summary>The state of the user PIN.</summary>
    public required PinState UserPin { get; init; }

    /// <summary>The state of the security officer's PIN.</summary>
    public required PinState SoPin { get; init; }

    /// <summary>The shortest PIN, in bytes.</summary>
    public required int MinPinLength { get; init; }

    /// <summary>The longest PIN, in bytes; <see cref="int.MaxValue"/> where the token does not say.</summary>
    public required int MaxPinLength { get; init; }

    /// <summary>Free memory for private objects in bytes; <see langword="null"/> where the token does not say.</summary>
    public required long? FreePrivateMemory { get; init; }

    /// <summary>Sessions this process has open; <see langword="null"/> where the token does not say.</summary>
    public required long? SessionCount { get; init; }

    /// <summary>The mechanisms that matter to device keys, by their PKCS#11 names; empty where they were not asked for.</summary>
    public IReadOnlyList<string> Mechanisms { get; init; } = [];

    /// <summary>The token as messages name it.</summary>
    /// <returns>Label or blankness, serial number, module.</returns>
    public override string ToString()
    {
        string name = IsInitialized ? $"token \"{Label}\"" : $"the blank token in slot {SlotId}";
        string serial = Serial.Length == 0 ? "no serial" : $"serial {Serial}";
        return $"{name} ({serial}) of {ModulePath}";
    }
}

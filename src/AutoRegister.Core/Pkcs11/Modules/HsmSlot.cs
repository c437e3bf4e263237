using AutoRegister.Core.Pkcs11.Modules;

namespace AutoRegister;

/// <summary>A slot of a module, whatever is or is not in it: output of <c>Get-HsmToken</c>.</summary>
public sealed record HsmSlot
{
    /// <summary>Path of the module.</summary>
    public required string ModulePath { get; init; }

    /// <summary>The slot's number, good until the module is finalised.</summary>
    public required ulong SlotId { get; init; }

    /// <summary>What is in the slot.</summary>
    public required HsmSlotState State { get; init; }

    /// <summary>What the token says of itself; <see langword="null"/> where there is none, or it says nothing.</summary>
    public TokenInfo? Token { get; init; }

    /// <summary>What failed, with its <c>CKR_</c> name; empty when nothing did.</summary>
    public string Problem { get; init; } = string.Empty;

    /// <summary>The token's label; empty where there is none.</summary>
    public string Label => Token?.Label ?? string.Empty;

    /// <summary>The token's serial number; empty where there is none.</summary>
    public string Serial => Token?.Serial ?? string.Empty;

    /// <summary>The token's flags that matter, by their PKCS#11 names without <c>CKF_</c>.</summary>
    public IReadOnlyList<string> Flags => Token?.Flags ?? [];

    /// <summary>The state of the user PIN.</summary>
    public PinState? UserPin => Token?.UserPin;

    /// <summary>The state of the security officer's PIN.</summary>
    public PinState? SoPin => Token?.SoPin;

    /// <summary>The mechanisms that matter to device keys, by their PKCS#11 names.</summary>
    public IReadOnlyList<string> Mechanisms => Token?.Mechanisms ?? [];

    /// <summary>Free memory for private objects in bytes; <see langword="null"/> where the token does not say.</summary>
    public long? FreeMemory => Token?.FreePrivateMemory;

    /// <summary>The token as messages name it, or what is wrong.</summary>
    public override string ToString() => Token?.ToString() ?? $"slot {SlotId} of {ModulePath}: {(Problem.Length > 0 ? Problem : "no token")}";
}

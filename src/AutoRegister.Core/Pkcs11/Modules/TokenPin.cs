using AutoRegister.Core.Base;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>One of the two PINs of a token, and where it came from: what is wrong with it is corrected there.</summary>
/// <param name="Value">The PIN; somebody else's.</param>
/// <param name="IsOfficer">Whether it is the security officer's.</param>
/// <param name="Source">Where it came from; <see langword="null"/> where nobody said.</param>
internal sealed record TokenPin(Secret Value, bool IsOfficer, SettingSource? Source)
{
    /// <summary>The PIN as messages name it.</summary>
    public string Name => IsOfficer ? "the SO PIN" : "the user PIN";

    /// <summary>The place of the PIN as remedies name it.</summary>
    public string Place => Source?.Place ?? (IsOfficer ? "HSM_SOPIN" : "HSM_PIN");

    /// <summary>How a new PIN gets to that place, for remedies.</summary>
    public string Put => Source?.Put ?? $"put it into {Place}";

    /// <summary>The name with the place, for messages.</summary>
    public string Named => Source is null ? Name : $"{Name} ({Source})";

    /// <summary>The user PIN of a configuration.</summary>
    /// <param name="hsm">The configuration.</param>
    public static TokenPin User(HsmSettings hsm) => new(hsm.Pin, IsOfficer: false, hsm.PinSource);

    /// <summary>The security officer's PIN of a configuration.</summary>
    /// <param name="hsm">The configuration.</param>
    public static TokenPin Officer(HsmSettings hsm) => new(hsm.SoPin, IsOfficer: true, hsm.SoPinSource);
}

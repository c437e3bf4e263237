using AutoRegister.Core.Base;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>One of the two PINs of a token, and where it came from: what is wrong with it is corrected there.</summary>
/// <param name="Value">The PIN; somebody else's.</param>
/// <param name="UserType">Whose it is: <c>CKU_USER</c> or <c>CKU_SO</c>.</param>
/// <param name="Source">Where it came from; <see langword="null"/> where nobody said.</param>
internal sealed record TokenPin(Secret Value, CKU UserType, SettingSource? Source)
{
    /// <summary>Whether it is the SO PIN.</summary>
    public bool IsSecurityOfficer => UserType == CKU.CKU_SO;

    /// <summary>The PIN as messages name it.</summary>
    public string Name => IsSecurityOfficer ? "the SO PIN" : "the user PIN";

    /// <summary>The place of the PIN as remedies name it.</summary>
    public string Place => Source?.Place ?? (IsSecurityOfficer ? "HSM_SOPIN" : "HSM_PIN");

    /// <summary>How a new PIN gets to that place, for remedies.</summary>
    public string Put => Source?.Put ?? $"put it into {Place}";

    /// <summary>The name with the place, for messages.</summary>
    public string Named => Source is null ? Name : $"{Name} ({Source})";

    /// <summary>The user PIN of a configuration.</summary>
    public static TokenPin User(HsmSettings hsm) => new(hsm.Pin, CKU.CKU_USER, hsm.PinSource);

    /// <summary>The security officer's PIN of a configuration.</summary>
    public static TokenPin SecurityOfficer(HsmSettings hsm) => new(hsm.SoPin, CKU.CKU_SO, hsm.SoPinSource);
}

using System.Globalization;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>What is wrong with a PIN, and the remedy. A PIN's length is told, never the PIN.</summary>
internal static class PinErrors
{
    /// <summary>The token refused the PIN.</summary>
    public static AutoRegisterException Rejected(TokenInfo token, TokenPin pin, Exception? cause = null)
    {
        PinState state = pin.IsSecurityOfficer ? token.SoPin : token.UserPin;
        string warning = state switch
        {
            PinState.Locked => " It is locked now.",
            PinState.FinalTry => " One more wrong PIN locks it.",
            _ => string.Empty,
        };
        return Create(
            pin.IsSecurityOfficer ? ErrorId.HsmSoPinRejected : ErrorId.HsmPinRejected,
            $"refused {pin.Named}. It was tried once, and is not tried again.{warning}",
            $"Correct {pin.Place}, then run again.",
            token,
            cause);
    }

    /// <summary>The PIN is locked.</summary>
    public static AutoRegisterException Locked(TokenInfo token, TokenPin pin, Exception? cause = null) => Create(
        pin.IsSecurityOfficer ? ErrorId.HsmSoPinLocked : ErrorId.HsmPinLocked,
        $"has locked {pin.Named} after too many wrong ones.",
        token.IsTpm ? $"Wait until the TPM's dictionary lockout has ended (one try comes back every TPM2_PT_LOCKOUT_INTERVAL seconds: tpm2_getcap properties-variable), or end it with tpm2_dictionarylockout --clear-lockout; correct {pin.Place} before the next try."
            : pin.IsSecurityOfficer ? $"Nothing but the manufacturer's tools can reset the token; what it holds is lost then. Correct {pin.Place} before the next try."
            : $"Have the security officer set a new user PIN with the SO PIN (pkcs11-tool --module {token.ModulePath} --login --login-type so --init-pin), and {pin.Put}.",
        token,
        cause);

    /// <summary>One more wrong PIN would lock the token, and we do not take the risk.</summary>
    public static AutoRegisterException FinalTry(TokenInfo token, TokenPin pin) => Create(
        ErrorId.HsmPinFinalTry,
        $"allows one more try before it locks {pin.Name}; {WhatWasNotUsed(pin)} was not used.",
        $"Check {pin.Place}, log in once by hand with the right PIN, then run again.",
        token);

    /// <summary>The PIN has expired.</summary>
    public static AutoRegisterException Expired(TokenInfo token, TokenPin pin, Exception cause) => Create(
        ErrorId.HsmPinExpired,
        $"says that {pin.Named} has expired.",
        $"Set a new {(pin.IsSecurityOfficer ? "SO" : "user")} PIN with the token's own tools, and {pin.Put}.",
        token,
        cause);

    /// <summary>The user PIN was never set.</summary>
    public static AutoRegisterException NotInitialized(TokenInfo token, TokenPin pin, Exception? cause = null) => Create(
        ErrorId.HsmPinNotInitialized,
        "has no user PIN yet.",
        pin.IsSecurityOfficer
            ? "Let New-HsmDeviceKey set it with the SO PIN, or set it with the token's own tools."
            : $"Let New-HsmDeviceKey set it with the SO PIN to what {pin.Place} says, or set it to that with the token's own tools.",
        token,
        cause);

    /// <summary>The PIN has a length the token does not take.</summary>
    public static AutoRegisterException Length(TokenInfo token, TokenPin pin, Exception? cause = null)
    {
        string limits = token.MaxPinLength == int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"at least {token.MinPinLength}")
            : string.Create(CultureInfo.InvariantCulture, $"{token.MinPinLength} to {token.MaxPinLength}");
        return Create(
            ErrorId.HsmPinLength,
            $"takes PINs of {limits} bytes; {pin.Named} has another length.",
            $"Choose a PIN of a length the token takes, and {pin.Put}.",
            token,
            cause);
    }

    private static string WhatWasNotUsed(TokenPin pin) => pin.Source is null ? "it" : $"that of {pin.Source}";

    private static AutoRegisterException Create(ErrorId id, string says, string action, TokenInfo token, Exception? cause = null)
    {
        string subject = token.ToString();
        return new AutoRegisterException(id, $"{char.ToUpperInvariant(subject[0])}{subject[1..]} {says}", action, token.ModulePath, cause);
    }
}

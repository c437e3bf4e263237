using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>What is checked before a token is initialised: afterwards is too late, and half-way is worst.</summary>
internal static class InitializationChecks
{
    // CK_TOKEN_INFO.label has 32 bytes (PKCS#11 2.40, section 3.2).
    private const int MaxLabelLength = 32;

    /// <summary>Refuses a label no token can have.</summary>
    public static void Label(byte[] label, string text)
    {
        if (label.Length is 0 or > MaxLabelLength)
        {
            throw new AutoRegisterException(ErrorId.HsmSettingUnusable, $"A token label has 1 to {MaxLabelLength} bytes; \"{text}\" has {label.Length}.", "Choose another token label.", text);
        }
    }

    /// <summary>Refuses a token that cannot serve: it stays blank, for whoever it can serve. One that lists nothing yet gets its chance.</summary>
    public static void Mechanisms(TokenSlot blank)
    {
        if (blank.WithMechanisms().Token is { Mechanisms.Count: > 0 } able)
        {
            KeyMechanisms.Check(able);
        }
    }

    /// <summary>Refuses a token that cannot be written, PINs whose length it does not take, and an SO PIN that must not be tried.</summary>
    public static void Pins(TokenInfo token, HsmSettings hsm)
    {
        if (token.IsWriteProtected)
        {
            throw new AutoRegisterException(ErrorId.HsmTokenUnusable, $"Cannot initialise {token}: it is write-protected.", "Make the token writable, or use another one.", token.ModulePath);
        }

        Pin.CheckLength(TokenPin.SecurityOfficer(hsm), token);
        Pin.CheckLength(TokenPin.User(hsm), token);
        // Locked is left for the token to say: SoftHSM2 sets the flag until C_InitToken is through, and a run that was killed
        // there leaves a token that is not locked at all. A PIN that is locked cannot be locked again by trying.
        if (token.SoPin is PinState.FinalTry)
        {
            throw PinErrors.FinalTry(token, TokenPin.SecurityOfficer(hsm));
        }
    }

    /// <summary>Refuses a blank token that holds objects: C_InitToken destroys them, and some modules call a token blank that merely has no PIN yet.</summary>
    public static void Empty(TokenSlot slot)
    {
        try
        {
            using var opened = new ShortSession(slot, SessionType.ReadOnly);
            if (ModuleCalls.Of(slot.Token.ModulePath).Do("C_FindObjects", () => opened.Session.FindAllObjects([]).Count) == 0)
            {
                return;
            }
        }
        catch (Pkcs11Exception)
        {
            // A token that is really blank has no sessions (CKR_TOKEN_NOT_RECOGNIZED), so nothing can be in it.
            return;
        }

        throw new AutoRegisterException(
            ErrorId.HsmTokenUnusable,
            $"Refusing to initialise {slot.Token}: it holds objects.",
            "If its contents may go, run New-HsmDeviceKey -EraseToken, or initialise the token with its own tools.",
            slot.Token.ModulePath);
    }
}

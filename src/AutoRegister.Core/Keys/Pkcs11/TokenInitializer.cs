using System.Text;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>
/// Makes a blank token the device's: C_InitToken, then C_InitPIN under the security officer's login (PKCS#11 2.40, section
/// 5.5). A run that was killed between the two left a token with our label and no user PIN; the next run does the rest.
/// </summary>
internal static class TokenInitializer
{
    // CK_TOKEN_INFO.label has 32 bytes (PKCS#11 2.40, section 3.2).
    private const int MaxLabelLength = 32;

    /// <summary>Initialises a blank token; everything that can be checked is checked before it is touched.</summary>
    /// <param name="module">The module.</param>
    /// <param name="blank">The blank token's slot.</param>
    /// <param name="hsm">Label and PINs.</param>
    /// <param name="observer">Hears the story.</param>
    /// <returns>The initialised token's slot, without a user PIN yet.</returns>
    public static TokenSlot InitializeToken(LoadedModule module, TokenSlot blank, HsmSettings hsm, IRegistrationObserver observer)
    {
        TokenDescription token = blank.Token;
        byte[] label = Encoding.UTF8.GetBytes(hsm.TokenLabel);
        if (label.Length is 0 or > MaxLabelLength)
        {
            throw new AutoRegisterException(ErrorId.HsmSettingUnusable, $"A token label has 1 to {MaxLabelLength} bytes; \"{hsm.TokenLabel}\" has {label.Length}.", "Choose a shorter token label.", hsm.TokenLabel);
        }

        CheckPins(token, hsm);
        RefuseUnlessEmpty(blank);
        observer.ReportStep($"Initialising {token} as \"{hsm.TokenLabel}\".");
        using (var pin = new Pin(hsm.SoPin, token))
        {
            try
            {
                blank.Slot.InitToken(pin.Bytes, label);
            }
            catch (Pkcs11Exception e)
            {
                throw Pkcs11Errors.Login(blank.Refresh().Token, officer: true, e);
            }
        }

        // The slots are asked for again: modules move tokens. One that ignores the label (NSS) keeps its slot.
        var selector = new TokenSelector(hsm.TokenLabel);
        TokenSlot[] ours = [.. TokenSlot.List(module).Where(slot => selector.Matches(slot.Token))];
        return ours.Length == 0 ? blank.Refresh() : TokenFinder.Single(ours, selector, module);
    }

    /// <summary>Sets the user PIN of a token that has none.</summary>
    /// <param name="slot">The token's slot.</param>
    /// <param name="hsm">Both PINs.</param>
    /// <param name="observer">Hears the story.</param>
    /// <returns>The slot, as it is now.</returns>
    public static TokenSlot InitializeUserPin(TokenSlot slot, HsmSettings hsm, IRegistrationObserver observer)
    {
        TokenDescription token = slot.Token;
        CheckPins(token, hsm);
        observer.ReportStep($"Setting the user PIN of {token}.");
        using ISession session = Open(slot);
        using (var officer = new Pin(hsm.SoPin, token))
        {
            try
            {
                session.Login(CKU.CKU_SO, officer.Bytes);
            }
            catch (Pkcs11Exception e)
            {
                throw Pkcs11Errors.Login(slot.Refresh().Token, officer: true, e);
            }
        }

        using var user = new Pin(hsm.Pin, token);
        try
        {
            session.InitPin(user.Bytes);
        }
        catch (Pkcs11Exception e)
        {
            throw e.RV is CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_INVALID
                ? PinErrors.Length(token, officer: false, e)
                : Pkcs11Errors.Failure(token.ToString(), e, token.ModulePath);
        }

        LogOut(session);
        return slot.Refresh();
    }

    private static void CheckPins(TokenDescription token, HsmSettings hsm)
    {
        if (token.IsWriteProtected)
        {
            throw new AutoRegisterException(ErrorId.HsmTokenUnusable, $"Cannot initialise {token}: it is write-protected.", "Make the token writable, or use another one.", token.ModulePath);
        }

        Pin.CheckLength(hsm.SoPin, token, officer: true);
        Pin.CheckLength(hsm.Pin, token, officer: false);
        if (token.SoPin is PinState.Locked)
        {
            throw PinErrors.Locked(token, officer: true);
        }

        if (token.SoPin is PinState.FinalTry)
        {
            throw PinErrors.FinalTry(token, officer: true);
        }
    }

    // C_InitToken destroys what is in the token. Some modules call a token blank that merely has no PIN yet.
    private static void RefuseUnlessEmpty(TokenSlot blank)
    {
        try
        {
            using ISession session = blank.Slot.OpenSession(SessionType.ReadOnly);
            if (session.FindAllObjects([]).Count == 0)
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
            $"Refusing to initialise {blank.Token}: it says it is blank, but holds objects.",
            "Initialise the token with its own tools if its contents may go.",
            blank.Token.ModulePath);
    }

    private static void LogOut(ISession session)
    {
        try
        {
            session.Logout();
        }
        catch (Pkcs11Exception)
        {
            // The PIN is set. Closing the only session, which follows, logs out as well (PKCS#11 2.40, section 5.6, C_CloseSession).
        }
    }

    private static ISession Open(TokenSlot slot)
    {
        try
        {
            return slot.Slot.OpenSession(SessionType.ReadWrite);
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Failure(slot.Token.ToString(), e, slot.Token.ModulePath);
        }
    }
}

using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Token;

/// <summary>
/// Makes a blank token the device's: C_InitToken, then C_InitPIN under the security officer's login (PKCS#11 2.40, section
/// 5.5). A run that was killed between the two left a token with our label and no user PIN; the next run does the rest.
/// </summary>
internal static class TokenInitializer
{
    /// <summary>Initialises a blank token; everything that can be checked is checked before it is touched.</summary>
    /// <param name="blank">The blank token's slot.</param>
    /// <param name="mayErase">Whether it may hold objects, which are lost then.</param>
    /// <returns>The initialised token's slot, without a user PIN yet.</returns>
    public static TokenSlot InitializeToken(LoadedModule module, TokenSlot blank, HsmSettings hsm, IRegistrationObserver observer, bool mayErase = false)
    {
        TokenInfo token = blank.Token;
        byte[] label = Encoding.UTF8.GetBytes(hsm.TokenLabel);
        InitializationChecks.Label(label, hsm.TokenLabel);
        InitializationChecks.Mechanisms(blank);
        InitializationChecks.Pins(token, hsm);
        if (mayErase)
        {
            observer.ReportWarning($"Whatever {token} holds is lost: it is initialised as it was asked for.");
        }
        else
        {
            InitializationChecks.Empty(blank);
        }

        observer.ReportStep($"Initialising {token} as \"{hsm.TokenLabel}\".");
        try
        {
            Pin.Call("C_InitToken", TokenPin.SecurityOfficer(hsm), token, pin => blank.Slot.InitToken(pin, label));
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Login(blank.Refresh().Token, TokenPin.SecurityOfficer(hsm), e);
        }

        // The slots are asked for again: modules move tokens. One that ignores the label (NSS) keeps its slot.
        // A token that kept its serial number is told from others with our label by it; SoftHSM2 gives a new one.
        var selector = new TokenSelector(hsm.TokenLabel);
        TokenSlot[] ours = [.. TokenSlot.List(module, []).Where(slot => selector.Matches(slot.Token))];
        ours = Array.Exists(ours, slot => slot.Token.Serial == token.Serial) ? [.. ours.Where(slot => slot.Token.Serial == token.Serial)] : ours;
        return ours.Length == 0 ? Renamed(blank.Refresh(), hsm, observer) : TokenFinder.Single(ours, selector, module);
    }

    /// <summary>Sets the user PIN of a token that has none.</summary>
    /// <returns>The slot, as it is now.</returns>
    public static TokenSlot InitializeUserPin(TokenSlot slot, HsmSettings hsm, IRegistrationObserver observer)
    {
        TokenInfo token = slot.Token;
        InitializationChecks.Pins(token, hsm);
        observer.ReportStep($"Setting the user PIN of {token}.");
        using ShortSession opened = Open(slot);
        ISession session = opened.Session;
        try
        {
            Pin.Call("C_Login", TokenPin.SecurityOfficer(hsm), token, pin => session.Login(CKU.CKU_SO, pin));
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Login(slot.Refresh().Token, TokenPin.SecurityOfficer(hsm), e);
        }

        try
        {
            Pin.Call("C_InitPIN", TokenPin.User(hsm), token, session.InitPin);
        }
        catch (Pkcs11Exception e)
        {
            throw e.RV is CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_INVALID
                ? PinErrors.Length(token, TokenPin.User(hsm), e)
                : Pkcs11Errors.Failure(token.ToString(), e, token.ModulePath);
        }

        LogOut(session, token.ModulePath);
        return slot.Refresh();
    }

    private static TokenSlot Renamed(TokenSlot slot, HsmSettings hsm, IRegistrationObserver observer)
    {
        observer.ReportWarning($"The module ignored the label \"{hsm.TokenLabel}\": the token is called \"{slot.Token.Label}\". Use that as the token label from now on.");
        return slot;
    }

    private static void LogOut(ISession session, string modulePath)
    {
        try
        {
            ModuleCalls.Of(modulePath).Do("C_Logout", session.Logout);
        }
        catch (Pkcs11Exception)
        {
            // The PIN is set. Closing the only session, which follows, logs out as well (PKCS#11 2.40, section 5.6, C_CloseSession).
        }
    }

    private static ShortSession Open(TokenSlot slot)
    {
        try
        {
            return new ShortSession(slot, SessionType.ReadWrite);
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Failure(slot.Token.ToString(), e, slot.Token.ModulePath);
        }
    }
}

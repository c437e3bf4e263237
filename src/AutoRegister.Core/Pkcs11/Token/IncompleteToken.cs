using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Pkcs11.Token;

/// <summary>
/// A token whose creation was killed inside C_InitToken, as SoftHSM2 leaves it: it has our label and no user PIN, its flags say
/// that the SO PIN is locked, yet a login does not answer CKR_PIN_LOCKED but CKR_PIN_INCORRECT, because no SO PIN was ever
/// stored. Nothing can finish it. C_InitToken still changes its label, and so clears the way for a new one.
/// </summary>
internal static class IncompleteToken
{
    private const string Label = "set aside (torn)";

    /// <summary>Whether a token that refused the SO PIN is such a one.</summary>
    /// <returns>Whether its flags and its answer contradict each other in this way.</returns>
    public static bool Is(TokenInfo token, AutoRegisterException refusal) =>
        refusal.Id == ErrorId.HsmSoPinRejected && token.UserPin == PinState.NotInitialized && token.SoPin == PinState.Locked;

    /// <summary>Takes our label from it, if it holds nothing.</summary>
    /// <returns>Whether the token has another label now.</returns>
    public static bool SetAside(TokenSlot slot, HsmSettings hsm, IRegistrationObserver observer)
    {
        InitializationChecks.Empty(slot);
        try
        {
            Pin.Call("C_InitToken", TokenPin.SecurityOfficer(hsm), slot.Token, pin => slot.Slot.InitToken(pin, Encoding.UTF8.GetBytes(Label)));
        }
        catch (Pkcs11Exception)
        {
            // It has an SO PIN after all, and not this one: the refusal stands.
            return false;
        }

        observer.ReportWarning($"Set aside {slot.Token}: its initialisation was interrupted and cannot be finished. It is called \"{Label}\" now and can be deleted.");
        return slot.Refresh().Token.Label != slot.Token.Label;
    }
}

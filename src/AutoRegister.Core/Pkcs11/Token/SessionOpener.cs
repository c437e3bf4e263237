using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Token;

/// <summary>
/// The steps to a usable session, each of which the next run continues from: find the token, initialise it if it is blank,
/// set its user PIN if it has none, open a session, log in. Nothing that can be checked earlier is left to a later step.
/// </summary>
internal sealed class SessionOpener : IDisposable
{
    private readonly Pkcs11Module module;
    private bool handedOver;

    /// <summary>Loads the module.</summary>
    public SessionOpener(HsmSettings hsm, IRegistrationObserver observer)
    {
        SecretErrors.RequireThere(hsm.Pin, "user PIN");
        module = Pkcs11Module.Open(hsm, observer);
    }

    /// <summary>Goes through the steps.</summary>
    public OpenedSession Open(HsmSettings hsm, bool mayInitialize, bool mayErase, IRegistrationObserver observer, Action? beforeInitialization)
    {
        lock (module.Loaded.Calls)
        {
            TokenSlot slot = TokenFinder.Find(module.Loaded, TokenSelector.Of(hsm), mayInitialize, observer);
            bool initialize = !slot.Token.IsInitialized;
            if (initialize)
            {
                beforeInitialization?.Invoke();
            }

            slot = initialize ? TokenInitializer.InitializeToken(module.Loaded, slot, hsm, observer, mayErase) : slot;

            // After C_InitToken the flag is not asked: tpm2-pkcs11 says at once that there is a user PIN.
            bool setPin = initialize || slot.Token.UserPin == PinState.NotInitialized;
            try
            {
                slot = setPin ? SetUserPin(slot, hsm, mayInitialize, observer) : slot;
                return LogIn(slot, hsm, setPin, observer);
            }
            catch (AutoRegisterException e) when (mayInitialize && IncompleteToken.Is(slot.Token, e))
            {
                // Not in the filter: that runs while the refused session is still open, and C_InitToken wants none.
                if (!IncompleteToken.SetAside(slot, hsm, observer))
                {
                    throw;
                }

                return Open(hsm, mayInitialize, mayErase, observer, beforeInitialization);
            }
            catch (AutoRegisterException e) when (e.Id == ErrorId.HsmPinNotInitialized && mayInitialize && !setPin)
            {
                // The same flag on the next run after one that was killed before C_InitPIN: only C_Login tells the truth.
                return LogIn(SetUserPin(slot, hsm, mayInitialize, observer), hsm, initializedNow: true, observer);
            }
        }
    }

    /// <summary>Finds the token and opens a session that logs in when the token first asks for it.</summary>
    public OpenedSession OpenPublic(HsmSettings hsm, IRegistrationObserver observer)
    {
        lock (module.Loaded.Calls)
        {
            return OpenSession(TokenFinder.Find(module.Loaded, TokenSelector.Of(hsm), acceptBlank: false, observer), hsm, initializedNow: false, observer);
        }
    }

    /// <summary>Gives the module back, unless an opened session uses it now.</summary>
    public void Dispose()
    {
        if (!handedOver)
        {
            module.Dispose();
        }
    }

    private OpenedSession LogIn(TokenSlot slot, HsmSettings hsm, bool initializedNow, IRegistrationObserver observer)
    {
        OpenedSession opened = OpenSession(slot, hsm, initializedNow, observer);
        try
        {
            opened.LogIn();
            return opened;
        }
        catch (AutoRegisterException)
        {
            handedOver = false;
            ShortSession.Close(opened.Session, module.Path);
            throw;
        }
    }

    private OpenedSession OpenSession(TokenSlot slot, HsmSettings hsm, bool initializedNow, IRegistrationObserver observer)
    {
        TokenSlot complete = slot.WithMechanisms();
        ISession session = OpenSession(slot);
        handedOver = true;
        return new OpenedSession(module, complete.Token, session, initializedNow)
        {
            LogInLater = () =>
            {
                TokenLogin login = module.Loaded.Login(slot.Token.SlotId);
                login.Enter(session, slot, TokenPin.User(hsm), observer);
                return login;
            },
        };
    }

    private static TokenSlot SetUserPin(TokenSlot slot, HsmSettings hsm, bool mayInitialize, IRegistrationObserver observer) =>
        mayInitialize ? TokenInitializer.InitializeUserPin(slot, hsm, observer) : throw PinErrors.NotInitialized(slot.Token, TokenPin.User(hsm));

    private static ISession OpenSession(TokenSlot slot)
    {
        try
        {
            SessionType type = slot.Token.IsWriteProtected ? SessionType.ReadOnly : SessionType.ReadWrite;
            return ModuleCalls.Of(slot.Token.ModulePath).Do("C_OpenSession", () => slot.Slot.OpenSession(type));
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Failure(slot.Token.ToString(), e, slot.Token.ModulePath);
        }
    }
}

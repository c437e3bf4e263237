using AutoRegister.Core.Base;
using AutoRegister.Core.Pkcs11.SoftHsm;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>
/// The user's login to one token. All sessions of a process share it (PKCS#11 2.40, section 5.6: C_Login and C_Logout change
/// the state of every session), so the first session logs in and the last one out. A PIN the token refused is remembered as
/// long as anyone uses the module: sessions that wait for their turn must not lock the token with the same wrong PIN.
/// Callers hold <see cref="LoadedModule.Calls"/>.
/// </summary>
/// <param name="softHsm">The module, where it is SoftHSM2, whose logins rewrite the token's file.</param>
internal sealed class TokenLogin(LoadedModule? softHsm = null) : IDisposable
{
    private ModuleCalls? door;
    private Secret? accepted;
    private Secret? refused;
    private bool loggedInHere;
    private int users;

    /// <summary>Adds a session's use of the login; the first one logs in, with one attempt.</summary>
    /// <param name="slot">The token's slot, freshly read.</param>
    public void Enter(ISession session, TokenSlot slot, TokenPin pin, IRegistrationObserver observer)
    {
        door = ModuleCalls.Of(slot.Token.ModulePath);
        if (users > 0)
        {
            if (accepted is not null && !slot.Token.HasProtectedAuthenticationPath && !accepted.SameAs(pin.Value))
            {
                throw PinErrors.Rejected(slot.Token, pin);
            }
        }
        else
        {
            CheckBeforehand(slot.Token, pin, observer);
            LogIn(session, slot, pin);
        }

        users++;
    }

    /// <summary>Ends a session's use of the login; the last one logs out, unless someone else in the process had logged in.</summary>
    /// <param name="session">The session, still open.</param>
    public void Leave(ISession session)
    {
        if (--users > 0)
        {
            return;
        }

        accepted?.Dispose();
        accepted = null;
        if (loggedInHere)
        {
            loggedInHere = false;
            LogOut(session);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        accepted?.Dispose();
        refused?.Dispose();
    }

    private void LogOut(ISession session)
    {
        try
        {
            door!.TryDo("C_Logout", session.Logout);
        }
        catch (Pkcs11Exception)
        {
            // The token is gone, or someone else in the process has logged out or finalised the module: there is no login left.
        }
    }

    private void CheckBeforehand(TokenInfo token, TokenPin pin, IRegistrationObserver observer)
    {
        switch (token.UserPin)
        {
            case PinState.Locked:
                throw PinErrors.Locked(token, pin);
            case PinState.FinalTry:
                throw PinErrors.FinalTry(token, pin);
            case PinState.CountLow:
                observer.ReportWarning($"A wrong user PIN was tried on {token} since the last login. If it was {pin.Place}, correct it: every wrong try brings the token nearer to being locked.");
                break;
            case PinState.ToBeChanged:
                observer.ReportWarning($"The user PIN of {token} should be changed: the token says it is a default or has expired. Set a new one with the token's own tools, and {pin.Put}.");
                break;
        }

        Pin.CheckLength(pin, token);
        if (refused is not null && !token.HasProtectedAuthenticationPath && refused.SameAs(pin.Value))
        {
            throw PinErrors.Rejected(token, pin);
        }
    }

    private void LogIn(ISession session, TokenSlot slot, TokenPin pin)
    {
        try
        {
            void Login() => Pin.Call("C_Login", pin, slot.Token, bytes => session.Login(CKU.CKU_USER, bytes));
            if (softHsm is not null)
            {
                SoftHsmLoginCopy.Protect(slot.Token.Serial, softHsm.Variables, Login);
            }
            else
            {
                Login();
            }

            loggedInHere = true;
        }
        catch (Pkcs11Exception e) when (e.RV == CKR.CKR_USER_ALREADY_LOGGED_IN)
        {
            // Someone else in this process did; their login serves us, and stays when we leave.
            return;
        }
        catch (Pkcs11Exception e)
        {
            if (e.RV is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE)
            {
                refused?.Dispose();
                refused = Secret.FromUtf8(pin.Value.Utf8);
            }

            throw Pkcs11Errors.Login(slot.Refresh().Token, pin, e);
        }

        accepted = Secret.FromUtf8(pin.Value.Utf8);
    }
}

using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>A session for a few calls, which closes it through the module's door.</summary>
internal sealed class ShortSession : IDisposable
{
    private readonly string modulePath;

    /// <summary>Opens it.</summary>
    /// <exception cref="Pkcs11Exception">The token has none to give.</exception>
    public ShortSession(TokenSlot slot, SessionType type)
    {
        modulePath = slot.Token.ModulePath;
        Session = ModuleCalls.Of(modulePath).Do("C_OpenSession", () => slot.Slot.OpenSession(type));
    }

    /// <summary>The session.</summary>
    public ISession Session { get; }

    /// <summary>Closes a session; the module closes it in any case when it is finalised.</summary>
    public static void Close(ISession session, string modulePath)
    {
        try
        {
            ModuleCalls.Of(modulePath).TryDo("C_CloseSession", session.Dispose);
        }
        catch (Pkcs11Exception)
        {
            // The token is gone or the module was finalised by someone else; there is no session left to close.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close(Session, modulePath);
}

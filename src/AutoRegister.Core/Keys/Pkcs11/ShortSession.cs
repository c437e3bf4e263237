using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Keys.Pkcs11;

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

    /// <inheritdoc/>
    public void Dispose() => SessionOpener.Close(Session, modulePath);
}

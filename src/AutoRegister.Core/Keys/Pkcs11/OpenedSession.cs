using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>What a session consists of: everything that must be given back, in reverse order.</summary>
/// <param name="Module">The use of the module.</param>
/// <param name="Token">The token, with its mechanisms.</param>
/// <param name="Session">The PKCS#11 session.</param>
/// <param name="Login">The login it shares with others.</param>
/// <param name="InitializedNow">Whether the token was initialised or its user PIN set.</param>
internal sealed record OpenedSession(Pkcs11Module Module, TokenDescription Token, ISession Session, TokenLogin Login, bool InitializedNow) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Module.Loaded.Calls)
        {
            Login.Leave(Session);
            SessionOpener.Close(Session);
        }

        Module.Dispose();
    }
}

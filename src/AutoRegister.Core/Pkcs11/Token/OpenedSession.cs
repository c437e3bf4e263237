using AutoRegister.Core.Pkcs11.Modules;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Token;

/// <summary>What a session consists of: everything that must be given back, in reverse order.</summary>
/// <param name="Module">The use of the module.</param>
/// <param name="Token">The token, with its mechanisms.</param>
/// <param name="Session">The PKCS#11 session.</param>
/// <param name="InitializedNow">Whether the token was initialised or its user PIN set.</param>
internal sealed record OpenedSession(Pkcs11Module Module, TokenInfo Token, ISession Session, bool InitializedNow) : IDisposable
{
    private TokenLogin? login;

    /// <summary>Logs in when the token first asks for it; <see langword="null"/> where nobody may.</summary>
    public Func<TokenLogin>? LogInLater { get; init; }

    /// <summary>Whether there is a login to make that was not made yet.</summary>
    public bool CanLogIn => login is null && LogInLater is not null;

    /// <summary>Logs in now. The caller holds <see cref="LoadedModule.Calls"/>.</summary>
    public void LogIn() => login ??= LogInLater!();

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Module.Loaded.Calls)
        {
            login?.Leave(Session);
            ShortSession.Close(Session, Module.Path);
        }

        Module.Dispose();
    }
}

using System.Collections.Concurrent;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;

namespace AutoRegister.Factory.Pki;

/// <summary>
/// One login to a token, and the key in it, in as many sessions as are to sign at once. Disposing it logs out and finalises the module, so
/// that the next one begins anew.
/// </summary>
internal sealed class TokenKeySessions : IDisposable
{
    private readonly List<TokenSession> sessions = [];
    private readonly ConcurrentBag<TokenKey> keys = [];

    private TokenKeySessions()
    {
    }

    /// <summary>The token.</summary>
    public TokenInfo Token => sessions[0].Token;

    /// <summary>The key's public half, as the token showed it.</summary>
    public SubjectPublicKey PublicKey { get; private set; } = null!;

    /// <summary>Finds the token, logs in with one attempt, finds the key, and proves it with a signature in each session.</summary>
    /// <exception cref="AutoRegisterException">What the token or its module said.</exception>
    public static TokenKeySessions Open(TokenKeySettings settings, IRegistrationObserver observer)
    {
        var opened = new TokenKeySessions();
        try
        {
            for (int number = 0; number < settings.Sessions; number++)
            {
                var session = TokenSession.Open(settings.Hsm, mayInitialize: false, observer);
                opened.sessions.Add(session);
                opened.keys.Add(session.FindExistingKey(settings.Key));
            }

            opened.PublicKey = SubjectPublicKey.Read(opened.keys.First().SubjectPublicKeyInfo);
            return opened;
        }
        catch (AutoRegisterException)
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Signs with SHA-256; ECDSA as X.509 has it. No more at once than there are sessions.</summary>
    /// <exception cref="AutoRegisterException">What the token or its module said.</exception>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        TokenKey key = keys.TryTake(out TokenKey? free) ? free : throw new InvalidOperationException("All sessions sign.");
        try
        {
            return key.Sign(data);
        }
        finally
        {
            keys.Add(key);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => sessions.ForEach(session => session.Dispose());
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;

namespace AutoRegister.Factory.Pki;

/// <summary>One login to a token, and the key in it. Disposing it logs out and finalises the module, so that the next one begins anew.</summary>
internal sealed class TokenKeySession : IDisposable
{
    private readonly TokenSession session;
    private readonly TokenKey key;

    private TokenKeySession(TokenSession session, TokenKey key)
    {
        this.session = session;
        this.key = key;
        PublicKey = SubjectPublicKey.Read(key.SubjectPublicKeyInfo);
    }

    /// <summary>The key's public half, as the token shows it now.</summary>
    public SubjectPublicKey PublicKey { get; }

    /// <summary>Finds the token, logs in with one attempt, finds the key, and proves it with a signature.</summary>
    /// <exception cref="AutoRegisterException">What the token or its module said.</exception>
    public static TokenKeySession Open(TokenKeySettings settings, IRegistrationObserver observer)
    {
        var session = TokenSession.Open(settings.Hsm, mayInitialize: false, observer);
        try
        {
            return new TokenKeySession(session, session.FindExistingKey(settings.Key));
        }
        catch (AutoRegisterException)
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Signs with SHA-256; ECDSA as X.509 has it.</summary>
    /// <exception cref="AutoRegisterException">What the token or its module said.</exception>
    public byte[] Sign(ReadOnlySpan<byte> data) => key.Sign(data);

    /// <inheritdoc/>
    public void Dispose()
    {
        key.Dispose();
        session.Dispose();
    }
}

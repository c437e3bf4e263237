using System.Security.Cryptography;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>
/// A PIN on its way into a module: Pkcs11Interop wants a byte array of the exact length. It is pinned, so that the garbage
/// collector leaves no copies, and zeroed when done. A token with a PIN pad gets no PIN at all (PKCS#11 2.40, section 5.6, C_Login).
/// </summary>
internal sealed class Pin : IDisposable
{
    /// <summary>Copies a PIN, or takes none where the token has a PIN pad.</summary>
    /// <param name="token">The token it is for.</param>
    public Pin(Secret secret, TokenInfo token)
    {
        if (!token.HasProtectedAuthenticationPath)
        {
            Bytes = GC.AllocateArray<byte>(secret.Length, pinned: true);
            secret.Utf8.CopyTo(Bytes);
        }
    }

    /// <summary>The bytes; <see langword="null"/> for a token with a PIN pad.</summary>
    public byte[]? Bytes { get; }

    /// <summary>
    /// Calls a module with a PIN. The PIN lives as long as the call, also when nobody waits for it any more: a module that read zeros
    /// would count a wrong PIN.
    /// </summary>
    /// <param name="function">The function, for messages.</param>
    /// <param name="call">The call; it gets <see langword="null"/> for a token with a PIN pad.</param>
    public static void Call(string function, TokenPin pin, TokenInfo token, Action<byte[]?> call)
    {
        ModuleCalls.Of(token.ModulePath).Do(
            function,
            () =>
            {
                using var given = new Pin(pin.Value, token);
                call(given.Bytes);
            },
            takesLong: token.HasProtectedAuthenticationPath);
    }

    /// <summary>Refuses a PIN whose length the token does not take, before the token sees it.</summary>
    public static void CheckLength(TokenPin pin, TokenInfo token)
    {
        if (!token.HasProtectedAuthenticationPath && (pin.Value.Length < token.MinPinLength || pin.Value.Length > token.MaxPinLength))
        {
            throw PinErrors.Length(token, pin);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(Bytes);
}

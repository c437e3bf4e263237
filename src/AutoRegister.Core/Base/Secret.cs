using System.Security.Cryptography;
using System.Text;

namespace AutoRegister.Core.Base;

/// <summary>
/// An API token or PIN: UTF-8 bytes in pinned memory, zeroed on <see cref="Dispose"/>, never formatted. One that nobody holds any more and
/// nobody disposed of is zeroed when the garbage collector meets it.
/// </summary>
public sealed class Secret : IDisposable
{
    private readonly byte[] bytes;

    private Secret(int length) => bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>Zeroes what nobody disposed of.</summary>
    ~Secret() => CryptographicOperations.ZeroMemory(bytes);

    /// <summary>Whether the bytes are gone.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>The length in bytes. Not public: a view or JSON of the object would show it, and it is most of what there is to know of a short PIN.</summary>
    internal int Length => bytes.Length;

    /// <summary>The secret itself, as UTF-8. Do not copy it to where it cannot be zeroed.</summary>
    internal ReadOnlySpan<byte> Utf8
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            return bytes;
        }
    }

    /// <summary>Copies UTF-8 bytes into a new secret. The caller zeroes its own copy.</summary>
    /// <param name="utf8">The bytes.</param>
    public static Secret FromUtf8(ReadOnlySpan<byte> utf8)
    {
        var secret = new Secret(utf8.Length);
        utf8.CopyTo(secret.bytes);
        return secret;
    }

    /// <summary>Encodes characters into a new secret. The caller zeroes its own copy.</summary>
    public static Secret FromChars(ReadOnlySpan<char> characters)
    {
        var secret = new Secret(Encoding.UTF8.GetByteCount(characters));
        Encoding.UTF8.GetBytes(characters, secret.bytes);
        return secret;
    }

    /// <summary>Compares in constant time.</summary>
    /// <returns>Whether the bytes are the same.</returns>
    public bool SameAs(Secret other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return CryptographicOperations.FixedTimeEquals(Utf8, other.Utf8);
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => "(secret)";

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(bytes);
        IsDisposed = true;
        GC.SuppressFinalize(this);
    }
}

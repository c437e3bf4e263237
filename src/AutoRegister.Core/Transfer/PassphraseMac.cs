using System.Security.Cryptography;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Transfer;

/// <summary>
/// The passphrase's proof of a document. The key is made once for each salt: a line of devices has one salt, and pays for it once.
/// </summary>
internal sealed class PassphraseMac(Secret passphrase) : IDisposable
{
    /// <summary>The rounds of what is written here; as those of <see cref="KeyProtection"/>.</summary>
    internal const int Rounds = 600_000;

    /// <summary>No more rounds than this are computed because a file says so.</summary>
    internal const int MostRounds = 2_000_000;

    private const int SaltLength = 16;
    private const int KeyLength = 32;
    private readonly Lock gate = new();
    private readonly byte[] key = GC.AllocateArray<byte>(KeyLength, pinned: true);
    private byte[] salt = [];
    private int rounds;

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(key);

    /// <summary>Adds the proof to a document's.</summary>
    internal EnrollmentProof Prove(byte[] document, EnrollmentProof proof)
    {
        lock (gate)
        {
            if (rounds == 0)
            {
                Derive(RandomNumberGenerator.GetBytes(SaltLength), Rounds);
            }

            return proof with { Salt = Convert.ToBase64String(salt), Rounds = rounds, Mac = Convert.ToBase64String(HMACSHA256.HashData(key, document)) };
        }
    }

    /// <summary>Whether the document is what somebody with this passphrase wrote.</summary>
    internal bool Proves(byte[] document, EnrollmentProof proof)
    {
        byte[] theirSalt = Bytes(proof.Salt);
        if (theirSalt.Length != SaltLength || proof.Rounds is < 1 or > MostRounds)
        {
            return false;
        }

        lock (gate)
        {
            if (rounds != proof.Rounds || !salt.AsSpan().SequenceEqual(theirSalt))
            {
                Derive(theirSalt, proof.Rounds);
            }

            return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, document), Bytes(proof.Mac));
        }
    }

    /// <summary>Decodes base64 that anybody may have written.</summary>
    internal static byte[] Bytes(string? base64)
    {
        byte[] bytes = new byte[base64?.Length ?? 0];
        return base64 is not null && Convert.TryFromBase64String(base64, bytes, out int length) ? bytes[..length] : [];
    }

    private void Derive(byte[] fromSalt, int count)
    {
        Rfc2898DeriveBytes.Pbkdf2(passphrase.Utf8, fromSalt, key, count, HashAlgorithmName.SHA256);
        (salt, rounds) = (fromSalt, count);
    }
}

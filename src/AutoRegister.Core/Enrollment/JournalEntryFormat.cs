using System.Security.Cryptography;
using System.Text.Json;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// The bytes of a <see cref="JournalEntry"/>: JSON that carries a digest of itself, SHA-256 over the same JSON with an empty one. An
/// entry has one form only, so what says the same in another way (a number for the state, a member that is not ours) is damage too.
/// </summary>
internal static class JournalEntryFormat
{
    /// <summary>Makes the bytes.</summary>
    internal static byte[] Encode(JournalEntry entry)
    {
        JournalEntry bare = entry with { Digest = string.Empty };
        return Serialize(bare with { Digest = Convert.ToHexStringLower(SHA256.HashData(Serialize(bare))) });
    }

    /// <summary>Reads the bytes.</summary>
    /// <param name="bytes">A file's whole content.</param>
    /// <param name="damage">What is wrong with it, as the end of a sentence; empty when nothing is.</param>
    /// <returns>The entry; <see langword="null"/> when it is damaged.</returns>
    internal static JournalEntry? Decode(ReadOnlySpan<byte> bytes, out string damage)
    {
        try
        {
            JournalEntry? entry = JsonSerializer.Deserialize(bytes, EnrollmentJson.Default.JournalEntry);
            damage = entry is null ? "incomplete"
                : entry.Version != JournalEntry.CurrentVersion ? $"of the unknown version {entry.Version}"
                : !IsWhole(entry) ? "incomplete"
                : !bytes.SequenceEqual(Encode(entry)) ? "changed (its digest does not fit)"
                : string.Empty;
            return damage.Length == 0 ? entry! with { Digest = string.Empty } : null;
        }
        catch (JsonException e)
        {
            damage = $"not readable ({e.Message})";
            return null;
        }
    }

    private static byte[] Serialize(JournalEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, EnrollmentJson.Default.JournalEntry);

    private static bool IsWhole(JournalEntry entry) =>
        entry.Uuid.Length > 0 && entry.Factory.Length > 0 && entry.KeyStore.Length > 0
        && (entry.State == RegistrationState.Unregistered || (entry.KeyFingerprint.Length == 64 && entry.CertificateRequest.Length > 0))
        && entry.State is >= RegistrationState.Unregistered and < RegistrationState.Registered;
}

namespace AutoRegister.Factory.Ledger;

/// <summary>What becomes of a device's certificates after they were issued.</summary>
internal sealed class DeviceCertificates(LedgerWriter writer, TimeProvider clock)
{
    /// <summary>
    /// Notes that a device has proved itself with a certificate. When it is a successor that was not seen before, the
    /// device has it for certain: the keys before it are retired.
    /// </summary>
    /// <param name="publicKeySha256">SHA-256 of the certificate's SubjectPublicKeyInfo.</param>
    /// <returns>The device's name; null when the ledger has no such device with this key, or has revoked it.</returns>
    public Task<string?> SeenAsync(string uuid, string publicKeySha256) => writer.DoAsync(session =>
    {
        var now = clock.GetUtcNow();
        var name = session.First(
            """
            UPDATE devices SET last_seen = $3
            WHERE uuid = $1 AND revoked IS NULL AND EXISTS (SELECT 1 FROM keys WHERE sha256 = $2 AND uuid = $1 AND retired IS NULL)
            RETURNING name
            """,
            row => row.GetString(0), uuid.ToLowerInvariant(), publicKeySha256, now.ToUnixTimeMilliseconds());
        if (name is not null)
        {
            Confirm(session, uuid.ToLowerInvariant(), publicKeySha256, now);
        }

        return name;
    });

    /// <summary>The same, within a transaction that knows the device and its key.</summary>
    public static void Confirm(LedgerSession session, string uuid, string publicKeySha256, DateTimeOffset now)
    {
        var time = now.ToUnixTimeMilliseconds();
        if (session.Run("UPDATE certificates SET confirmed = $2 WHERE key_sha256 = $1 AND state = 'issued' AND confirmed IS NULL", publicKeySha256, time) == 0)
        {
            return;
        }

        // Also successors that were issued before this one and never seen: their answers were lost.
        session.Run(
            """
            UPDATE keys SET retired = $3
            WHERE uuid = $1 AND sha256 <> $2 AND retired IS NULL AND created <= (SELECT created FROM keys WHERE sha256 = $2)
            """,
            uuid, publicKeySha256, time);
    }
}

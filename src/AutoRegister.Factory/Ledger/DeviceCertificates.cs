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
        DateTimeOffset now = clock.GetUtcNow();
        string? name = session.First(
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

    /// <summary>The same by a certificate's serial number, as a gateway elsewhere reports it.</summary>
    /// <param name="serial">Upper-case hexadecimal.</param>
    /// <returns>The device's UUID; null when the certificate is none of a device that may go on with it.</returns>
    public Task<string?> SeenAsync(string serial) => writer.DoAsync(session =>
    {
        DateTimeOffset now = clock.GetUtcNow();
        SeenKey? seen = session.First(
            """
            SELECT c.uuid, c.key_sha256 FROM certificates c JOIN devices d ON d.uuid = c.uuid JOIN keys k ON k.sha256 = c.key_sha256
            WHERE c.serial = $1 AND c.state = 'issued' AND d.revoked IS NULL AND k.retired IS NULL
            """,
            row => new SeenKey(row.GetString(0), row.GetString(1)), serial);
        if (seen is null)
        {
            return null;
        }

        session.Run("UPDATE devices SET last_seen = $2 WHERE uuid = $1", seen.Uuid, now.ToUnixTimeMilliseconds());
        Confirm(session, seen.Uuid, seen.PublicKeySha256, now);
        return seen.Uuid;
    });

    /// <summary>The same, within a transaction that knows the device and its key.</summary>
    public static void Confirm(LedgerSession session, string uuid, string publicKeySha256, DateTimeOffset now)
    {
        long time = now.ToUnixTimeMilliseconds();
        if (session.Run("UPDATE certificates SET confirmed = $2 WHERE key_sha256 = $1 AND state = 'issued' AND confirmed IS NULL", publicKeySha256, time) == 0)
        {
            return;
        }

        // Also successors that were issued before this one and never seen: their answers were lost. Those issued after it stay: a
        // report that comes late must not lock the device out that has gone on.
        session.Run(
            """
            UPDATE keys SET retired = $3
            WHERE uuid = $1 AND sha256 <> $2 AND retired IS NULL AND created <= (SELECT created FROM keys WHERE sha256 = $2)
            """,
            uuid, publicKeySha256, time);
    }

    private sealed record SeenKey(string Uuid, string PublicKeySha256);
}

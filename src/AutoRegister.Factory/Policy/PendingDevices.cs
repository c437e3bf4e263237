using System.Text.Json.Serialization;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Policy;

/// <summary>A device that waits for a person's word.</summary>
internal sealed record PendingDevice(
    [property: JsonPropertyName("uuid")] string Uuid,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("group")] string? Group,
    [property: JsonPropertyName("hardwareId")] string HardwareId,
    [property: JsonPropertyName("production")] bool Production,
    [property: JsonPropertyName("publicKeySha256")] string PublicKeySha256,
    [property: JsonPropertyName("station")] string? Station,
    [property: JsonPropertyName("address")] string? Address,
    [property: JsonPropertyName("asked")] DateTimeOffset Asked);

/// <summary>The devices that a person must accept before they are registered. A word is given for one device with one key.</summary>
internal static class PendingDevices
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(30);

    /// <summary>Notes that a device asks, and says what its answer is: null once a person has accepted it.</summary>
    public static Refusal? Ask(LedgerSession session, DeviceClaim claim, Applicant applicant, DateTimeOffset now)
    {
        string? state = session.First(
            "SELECT state FROM pending_devices WHERE uuid = $1 AND key_sha256 = $2", row => row.GetString(0), claim.Uuid, claim.PublicKeySha256);
        switch (state)
        {
            case "accepted":
                return null;
            case "refused":
                return Refusal.Forbidden($"The device {claim.Uuid} was refused by a person");
            case null:
                session.Run(
                    """
                    INSERT INTO pending_devices (uuid, key_sha256, name, device_group, hardware_id, production, station, address, asked, state)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting')
                    """,
                    claim.Uuid, claim.PublicKeySha256, claim.Name, claim.Group, claim.HardwareId, claim.Production, applicant.Station, applicant.Address,
                    now.ToUnixTimeMilliseconds());
                break;
        }

        return new Refusal(RefusalKind.Pending, $"The device {claim.Uuid} waits for a person to accept it", AskAgain);
    }

    /// <summary>The devices that wait, the longest first.</summary>
    public static IReadOnlyList<PendingDevice> Waiting(LedgerSession session) => session.All(
        """
        SELECT uuid, name, device_group, hardware_id, production, key_sha256, station, address, asked
        FROM pending_devices WHERE state = 'waiting' ORDER BY asked, uuid
        """,
        row => new PendingDevice(
            row.GetString(0), row.GetString(1), row.TextOrNull(2), row.GetString(3), row.GetBoolean(4), row.GetString(5),
            row.TextOrNull(6), row.TextOrNull(7), row.TimeOrNull(8)!.Value));

    /// <summary>Gives a person's word, and writes it into the audit; false when no such device waits.</summary>
    /// <param name="publicKeySha256">The key that the person saw; null where one device alone waits under this UUID.</param>
    public static bool Decide(LedgerSession session, string uuid, string? publicKeySha256, bool accept, string person, DateTimeOffset now)
    {
        int changed = session.Run(
            """
            UPDATE pending_devices SET state = $3, decided = $4, decided_by = $5
            WHERE uuid = $1 AND state = 'waiting' AND (key_sha256 = $2
                OR (CAST($2 AS TEXT) IS NULL AND (SELECT count(*) FROM pending_devices WHERE uuid = $1 AND state = 'waiting') = 1))
            """,
            uuid, publicKeySha256, accept ? "accepted" : "refused", now.ToUnixTimeMilliseconds(), person);
        if (changed == 1)
        {
            AuditTrail.Append(session, now, new AuditEntry(person, accept ? "accept" : "refuse") { Uuid = uuid });
        }

        return changed == 1;
    }
}

using System.Text.Json.Serialization;

namespace AutoRegister.Factory.Ledger;

/// <summary>A device that was revoked, as the deny list for the gateway has it: with every certificate it was ever issued.</summary>
internal sealed record DeniedDevice(
    [property: JsonPropertyName("uuid")] string Uuid,
    [property: JsonPropertyName("serials")] IReadOnlyList<string> Serials,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("since")] DateTimeOffset Since)
{
    /// <summary>One of them; null where the ledger has no such device, or has not revoked it.</summary>
    public static DeniedDevice? Find(LedgerSession session, string uuid)
    {
        List<string> serials = session.All(
            "SELECT serial FROM certificates WHERE uuid = $1 AND state <> 'void' ORDER BY created, serial", row => row.GetString(0), uuid);
        return session.First(
            "SELECT uuid, revoked_reason, revoked FROM devices WHERE uuid = $1 AND revoked IS NOT NULL",
            row => new DeniedDevice(row.GetString(0), serials, row.TextOrNull(1), row.TimeOrNull(2)!.Value), uuid);
    }

    /// <summary>All of them, the first that was revoked first.</summary>
    public static IReadOnlyList<DeniedDevice> All(LedgerSession session)
    {
        // A claim counts: it may be signed the next moment.
        ILookup<string, string> serials = session.All(
            "SELECT c.uuid, c.serial FROM certificates c JOIN devices d ON d.uuid = c.uuid WHERE d.revoked IS NOT NULL AND c.state <> 'void' ORDER BY c.created, c.serial",
            row => (Uuid: row.GetString(0), Serial: row.GetString(1))).ToLookup(row => row.Uuid, row => row.Serial);
        return session.All(
            "SELECT uuid, revoked_reason, revoked FROM devices WHERE revoked IS NOT NULL ORDER BY revoked, uuid",
            row => new DeniedDevice(row.GetString(0), [.. serials[row.GetString(0)]], row.TextOrNull(1), row.TimeOrNull(2)!.Value));
    }
}

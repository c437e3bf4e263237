using System.Text.Json.Serialization;

namespace AutoRegister.Factory.Ledger;

/// <summary>A device as <c>lmp-factory devices list</c> shows it, with its newest certificate.</summary>
internal sealed record DeviceListing(
    [property: JsonPropertyName("uuid")] string Uuid,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("group")] string? Group,
    [property: JsonPropertyName("hardwareId")] string HardwareId,
    [property: JsonPropertyName("tags")] string? Tags,
    [property: JsonPropertyName("production")] bool Production,
    [property: JsonPropertyName("station")] string? Station,
    [property: JsonPropertyName("publicKeySha256")] string PublicKeySha256,
    [property: JsonPropertyName("serial")] string Serial,
    [property: JsonPropertyName("certificate")] string? Certificate,
    [property: JsonPropertyName("notAfter")] DateTimeOffset NotAfter,
    [property: JsonPropertyName("created")] DateTimeOffset Created,
    [property: JsonPropertyName("registrations")] long Registrations,
    [property: JsonPropertyName("lastSeen")] DateTimeOffset? LastSeen,
    [property: JsonPropertyName("revoked")] DateTimeOffset? Revoked,
    [property: JsonPropertyName("revokedReason")] string? RevokedReason)
{
    /// <summary>All devices, the oldest first.</summary>
    public static IReadOnlyList<DeviceListing> All(LedgerSession session) => session.All(
        """
        SELECT d.uuid, d.name, d.device_group, d.hardware_id, d.tags, d.production, d.station, c.key_sha256, c.serial,
               c.certificate, c.not_after, d.created, d.registrations, d.last_seen, d.revoked, d.revoked_reason
        FROM devices d
        JOIN certificates c ON c.serial = (
            SELECT serial FROM certificates WHERE uuid = d.uuid AND state <> 'void' ORDER BY created DESC, serial LIMIT 1)
        ORDER BY d.created, d.uuid
        """,
        row => new DeviceListing(
            row.GetString(0),
            row.GetString(1),
            row.TextOrNull(2),
            row.GetString(3),
            row.TextOrNull(4),
            row.GetBoolean(5),
            row.TextOrNull(6),
            row.GetString(7),
            row.GetString(8),
            row.TextOrNull(9),
            row.TimeOrNull(10)!.Value,
            row.TimeOrNull(11)!.Value,
            row.GetInt64(12),
            row.TimeOrNull(13),
            row.TimeOrNull(14),
            row.TextOrNull(15)));
}

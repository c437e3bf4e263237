using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;

namespace AutoRegister.Factory.Ledger;

/// <summary>A device as <c>lmp-factory list</c> shows it.</summary>
internal sealed record DeviceListing(
    [property: JsonPropertyName("uuid")] string Uuid,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("group")] string? Group,
    [property: JsonPropertyName("hardwareId")] string HardwareId,
    [property: JsonPropertyName("tags")] string? Tags,
    [property: JsonPropertyName("production")] bool Production,
    [property: JsonPropertyName("publicKeySha256")] string PublicKeySha256,
    [property: JsonPropertyName("csrSha256")] string CsrSha256,
    [property: JsonPropertyName("serial")] string Serial,
    [property: JsonPropertyName("certificate")] string Certificate,
    [property: JsonPropertyName("created")] DateTimeOffset Created,
    [property: JsonPropertyName("registrations")] long Registrations,
    [property: JsonPropertyName("lastSeen")] DateTimeOffset? LastSeen)
{
    /// <summary>All devices, the oldest first.</summary>
    public static IReadOnlyList<DeviceListing> All(SqliteConnection connection)
    {
        using var statement = new Statement(
            connection,
            """
            SELECT uuid, name, device_group, hardware_id, tags, production, public_key_sha256, csr_sha256, serial,
                   certificate, created, registrations, last_seen
            FROM devices ORDER BY created, uuid
            """);
        return statement.All(row => new DeviceListing(
            row.GetString(0),
            row.GetString(1),
            row.IsDBNull(2) ? null : row.GetString(2),
            row.GetString(3),
            row.IsDBNull(4) ? null : row.GetString(4),
            row.GetInt64(5) != 0,
            row.GetString(6),
            row.GetString(7),
            row.GetString(8),
            row.GetString(9),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)),
            row.GetInt64(11),
            row.IsDBNull(12) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(12))));
    }
}

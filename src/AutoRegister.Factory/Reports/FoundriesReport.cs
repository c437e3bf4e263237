using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Reports;

/// <summary>What Foundries.io is told of a device, in the fields in which the reference server tells it.</summary>
internal sealed record FoundriesReport(
    [property: JsonPropertyName("client.pem")] string Certificate,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("group")] string? Group)
{
    /// <summary><c>PUT ota/devices/</c> with the token in <c>OSF-TOKEN</c>, as the reference server does it (factory-registration-ref, app.py).</summary>
    public static readonly ReportKind Kind = new("foundries device", "Foundries.io", "take device", "OSF-TOKEN", "", _ => "devices/");

    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>
    /// Enters the report of a certificate that is stored in this transaction. A renewal is none: there the device itself
    /// shows its new certificate to the gateway.
    /// </summary>
    public static void Enter(LedgerSession session, CertificateClaim claim, string certificate, DateTimeOffset now)
    {
        FoundriesReport? device = session.First(
            """
            SELECT d.name, d.device_group FROM certificates c JOIN devices d ON d.uuid = c.uuid
            WHERE c.serial = $1 AND c.kind <> 'renewal'
            """,
            row => new FoundriesReport(certificate, row.GetString(0), row.TextOrNull(1)), claim.Serial);
        if (device is not null)
        {
            Outbox.Enter(session, Kind.Topic, claim.Uuid, JsonSerializer.Serialize(device, Plain), now);
        }
    }
}

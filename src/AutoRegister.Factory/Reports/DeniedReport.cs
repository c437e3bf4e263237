using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Reports;

/// <summary>What a gateway is told of a device that was revoked: its entry in the deny list, at a path with its UUID.</summary>
internal static class DeniedReport
{
    /// <summary><c>PUT UUID</c>, with a token as RFC 6750 has it.</summary>
    public static readonly ReportKind Kind = new("denied device", "the deny list's receiver", "take revocation", "Authorization", "Bearer ", message => message.Uuid);

    private const int Together = 100;

    // Also devices that were revoked before there was a receiver. The topic is written out so that the index of that condition is used.
    private const string Missing =
        """
        SELECT d.uuid FROM devices d WHERE d.revoked IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.topic = 'denied device' AND o.uuid = d.uuid)
        ORDER BY d.revoked, d.uuid LIMIT $1
        """;

    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>
    /// Enters a message for each revoked device that has none. A revocation is in the ledger once its command has ended, whatever
    /// becomes of the server: so what is missing here is found at the next turn, or the next start.
    /// </summary>
    public static async Task EnterMissingAsync(LedgerReader reader, LedgerWriter writer, TimeProvider clock, CancellationToken cancellation)
    {
        while (reader.Read(session => session.All(Missing, row => row.GetString(0), 1L)).Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            // Asked again in the transaction: another server may have been first.
            await writer.DoAsync(session =>
            {
                foreach (string uuid in session.All(Missing, row => row.GetString(0), (long)Together))
                {
                    Outbox.Enter(session, Kind.Topic, uuid, JsonSerializer.Serialize(DeniedDevice.Find(session, uuid), Plain), clock.GetUtcNow());
                }

                return true;
            });
        }
    }
}

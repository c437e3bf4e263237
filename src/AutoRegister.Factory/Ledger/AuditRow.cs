using System.Text.Json.Serialization;

namespace AutoRegister.Factory.Ledger;

/// <summary>A row of the audit, as <c>lmp-factory audit export</c> writes it. Its time is in milliseconds since 1970, UTC.</summary>
internal sealed record AuditRow(
    [property: JsonPropertyName("number")] long Number,
    [property: JsonPropertyName("time")] long Time,
    [property: JsonPropertyName("actor")] string Actor,
    [property: JsonPropertyName("address")] string? Address,
    [property: JsonPropertyName("action")] string Action,
    [property: JsonPropertyName("outcome")] string Outcome,
    [property: JsonPropertyName("uuid")] string? Uuid,
    [property: JsonPropertyName("serial")] string? Serial,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("hash")] string Hash)
{
    /// <summary>The outcome of what was done.</summary>
    public const string IsDone = "done";

    /// <summary>The outcome of what was refused.</summary>
    public const string IsRefused = "refused";
}

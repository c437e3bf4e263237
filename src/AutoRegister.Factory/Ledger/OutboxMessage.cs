using System.Text.Json.Serialization;

namespace AutoRegister.Factory.Ledger;

/// <summary>A message in the outbox, as <c>lmp-factory outbox list</c> shows it. Its body holds a certificate and no secret.</summary>
internal sealed record OutboxMessage(
    [property: JsonPropertyName("number")] long Number,
    [property: JsonPropertyName("topic")] string Topic,
    [property: JsonPropertyName("uuid")] string Uuid,
    [property: JsonIgnore] string Body,
    [property: JsonPropertyName("created")] DateTimeOffset Created,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("attempts")] long Attempts,
    [property: JsonPropertyName("nextAttempt")] DateTimeOffset NextAttempt,
    [property: JsonPropertyName("answer")] string? Answer);

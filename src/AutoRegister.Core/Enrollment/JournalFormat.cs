using System.Text.Json;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// Writes a <see cref="JournalEntry"/> as JSON, the members named as its properties. A serializer would first have to learn the type,
/// which costs more than the rest of the journal: this runs three times in a process and then never again.
/// </summary>
internal static class JournalFormat
{
    internal static byte[] Write(JournalEntry entry)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber(nameof(entry.Version), entry.Version);
            json.WriteString(nameof(entry.State), NameOf(entry.State));
            json.WriteString(nameof(entry.Uuid), entry.Uuid);
            json.WriteBoolean(nameof(entry.UuidIsOurs), entry.UuidIsOurs);
            json.WriteString(nameof(entry.Factory), entry.Factory);
            json.WriteBoolean(nameof(entry.Production), entry.Production);
            json.WriteString(nameof(entry.KeyPlace), entry.KeyPlace);
            json.WriteString(nameof(entry.KeyFingerprint), entry.KeyFingerprint);
            json.WriteString(nameof(entry.CertificateRequest), entry.CertificateRequest);
            json.WriteBoolean(nameof(entry.KeyIsElsewhere), entry.KeyIsElsewhere);
            json.WriteString(nameof(entry.CertificateId), entry.CertificateId);
            json.WriteBoolean(nameof(entry.Replace), entry.Replace);
            Write(json, nameof(entry.Strangers), entry.Strangers);
            json.WriteNumber(nameof(entry.Restarts), entry.Restarts);
            Write(json, nameof(entry.Orphans), entry.Orphans);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    internal static JournalEntry? Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, EnrollmentJson.Default.JournalEntry);

    // Enum.ToString reads the names by reflection.
    private static string NameOf(RegistrationState state) => state switch
    {
        RegistrationState.Unregistered => nameof(RegistrationState.Unregistered),
        RegistrationState.KeyMade => nameof(RegistrationState.KeyMade),
        RegistrationState.RequestSent => nameof(RegistrationState.RequestSent),
        RegistrationState.AnswerReceived => nameof(RegistrationState.AnswerReceived),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A journal is of an unfinished registration."),
    };

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}

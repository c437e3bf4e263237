using System.Text.Json;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// A <see cref="JournalEntry"/> as JSON, the members named as its properties. A serializer would first have to learn the type, which
/// costs more than the rest of the journal: this runs a few times in a process and then never again.
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

    /// <summary>Reads an entry.</summary>
    /// <exception cref="JsonException">It is no JSON, or not what <see cref="Write(JournalEntry)"/> writes.</exception>
    internal static JournalEntry? Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        try
        {
            return Read(root);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // A name is missing, or its value is of another kind.
            throw new JsonException(e.Message, e);
        }
    }

    private static JournalEntry Read(JsonElement root) => new()
    {
        Version = root.GetProperty(nameof(JournalEntry.Version)).GetInt32(),
        State = StateOf(Text(root.GetProperty(nameof(JournalEntry.State)))),
        Uuid = Text(root.GetProperty(nameof(JournalEntry.Uuid))),
        UuidIsOurs = root.GetProperty(nameof(JournalEntry.UuidIsOurs)).GetBoolean(),
        Factory = Text(root.GetProperty(nameof(JournalEntry.Factory))),
        Production = root.GetProperty(nameof(JournalEntry.Production)).GetBoolean(),
        KeyPlace = Text(root.GetProperty(nameof(JournalEntry.KeyPlace))),
        KeyFingerprint = Text(root.GetProperty(nameof(JournalEntry.KeyFingerprint))),
        CertificateRequest = Text(root.GetProperty(nameof(JournalEntry.CertificateRequest))),
        KeyIsElsewhere = root.GetProperty(nameof(JournalEntry.KeyIsElsewhere)).GetBoolean(),
        CertificateId = Text(root.GetProperty(nameof(JournalEntry.CertificateId))),
        Replace = root.GetProperty(nameof(JournalEntry.Replace)).GetBoolean(),
        Strangers = Texts(root.GetProperty(nameof(JournalEntry.Strangers))),
        Restarts = root.GetProperty(nameof(JournalEntry.Restarts)).GetInt32(),
        Orphans = Texts(root.GetProperty(nameof(JournalEntry.Orphans))),
    };

    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException("A text is null.");

    private static string[] Texts(JsonElement list)
    {
        var texts = new string[list.GetArrayLength()];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Text(list[i]);
        }

        return texts;
    }

    private static RegistrationState StateOf(string name) => name switch
    {
        nameof(RegistrationState.Unregistered) => RegistrationState.Unregistered,
        nameof(RegistrationState.KeyMade) => RegistrationState.KeyMade,
        nameof(RegistrationState.RequestSent) => RegistrationState.RequestSent,
        nameof(RegistrationState.AnswerReceived) => RegistrationState.AnswerReceived,
        _ => throw new FormatException($"'{Printable.Text(name)}' is no state of a journal."),
    };

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

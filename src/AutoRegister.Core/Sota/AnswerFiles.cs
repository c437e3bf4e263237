using System.Text.Json;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Sota;

/// <summary>
/// An answer taken apart and not judged: file names with contents, and the body they came in, which the journal keeps as it is. Whether
/// they are the files of a registration is what <see cref="RegistrationAnswer.Check"/> asks.
/// </summary>
public sealed class AnswerFiles
{
    private readonly Dictionary<string, string> files;

    private AnswerFiles(Dictionary<string, string> files, ReadOnlyMemory<byte> body)
    {
        this.files = files;
        Body = body;
    }

    /// <summary>The JSON they stand in: as the server sent it, or as it would have.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>File names and contents.</summary>
    public IReadOnlyDictionary<string, string> Files => files;

    /// <summary>A file's content.</summary>
    /// <param name="name">One of <see cref="CredentialFileNames.Known"/>.</param>
    /// <returns>The text; <see langword="null"/> when there is no such file.</returns>
    public string? this[string name] => files.GetValueOrDefault(name);

    /// <summary>Takes a body apart.</summary>
    /// <param name="body">The body of a 201 answer; it is kept, not copied.</param>
    /// <returns>What is in it.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.AnswerInvalid"/>: it is no JSON object of texts.</exception>
    public static AnswerFiles Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            // A name that comes twice would let two readers see two different answers.
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Invalid("is JSON, but no object");
            }

            var files = new Dictionary<string, string>();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                files[property.Name] = property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString()!
                    : throw Invalid($"has '{property.Name}', which is no text");
            }

            return new AnswerFiles(files, body);
        }
        catch (JsonException e)
        {
            throw Invalid($"is not complete JSON ({e.Message})", e);
        }
    }

    /// <summary>Takes files that no server sent: of a hand-over file, or for a certificate that came with its key.</summary>
    /// <param name="files">File names and contents.</param>
    /// <returns>The same, with the body that the journal keeps.</returns>
    internal static AnswerFiles Of(IEnumerable<KeyValuePair<string, string>> files)
    {
        var taken = new Dictionary<string, string>(files);
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach ((string name, string content) in taken)
            {
                json.WriteString(name, content);
            }

            json.WriteEndObject();
        }

        return new AnswerFiles(taken, body.ToArray());
    }

    /// <summary>The error of an answer that is none.</summary>
    internal static AutoRegisterException Invalid(string what, Exception? cause = null) => new(
        ErrorId.AnswerInvalid,
        $"The server said 201, but its answer {what}. Nothing was written.",
        "Check that DEVICE_API is a registration API and that no proxy changes its answers.",
        innerException: cause);
}

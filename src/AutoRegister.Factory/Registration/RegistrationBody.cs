using System.Text.Json;
using AutoRegister.Core.Sota;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Registration;

/// <summary>Turns the JSON of a registration request into the type the layers share, or says exactly what is wrong.</summary>
internal static class RegistrationBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>
    /// Reads a body. Where the identity is optional (at <c>/sign</c>, as in the reference server), a missing uuid or
    /// name comes back empty; members nobody knows are ignored, as devices may be newer than the factory.
    /// </summary>
    public static RegistrationRequest Parse(ReadOnlyMemory<byte> json, bool identityOptional)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement, identityOptional)
                : throw RefusedException.Malformed("the body must be a JSON object");
        }
        catch (JsonException e)
        {
            throw RefusedException.Malformed(json.IsEmpty ? "the body is empty" : $"the body is not JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            // What System.Text.Json says to a string that is no UTF-8 or has half a surrogate pair.
            throw RefusedException.Malformed("the body has a string that is not Unicode");
        }
    }

    private static RegistrationRequest Read(JsonElement body, bool identityOptional) => new()
    {
        UseOstreeServer = Text(body, "use-ostree-server") switch
        {
            null or "true" => "true",
            "false" => "false",
            _ => throw RefusedException.Malformed("'use-ostree-server' must be \"true\" or \"false\""),
        },
        SotaConfigDir = FieldRules.SotaDirectory(Text(body, "sota-config-dir") is { Length: > 0 } directory ? directory : "/var/sota"),
        HardwareId = FieldRules.HardwareId(Required(body, "hardware-id")),
        Name = Identity(body, "name", identityOptional) is { Length: > 0 } name ? FieldRules.Name(name) : "",
        Uuid = Identity(body, "uuid", identityOptional) is { Length: > 0 } uuid ? FieldRules.Uuid(uuid) : "",
        Csr = Required(body, "csr"),
        Group = Text(body, "group") is { Length: > 0 } group ? FieldRules.Group(group) : null,
        Overrides = Overrides(body),
    };

    private static string Identity(JsonElement body, string field, bool optional) =>
        optional ? Text(body, field) ?? "" : Required(body, field);

    private static string Required(JsonElement body, string field) => Text(body, field) is { Length: > 0 } value
        ? value
        : throw RefusedException.Malformed($"the field '{field}' is missing");

    private static string? Text(JsonElement body, string field)
    {
        if (!body.TryGetProperty(field, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw RefusedException.Malformed($"the field '{field}' must be a string");
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Overrides(JsonElement body)
    {
        var sections = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        if (!body.TryGetProperty("overrides", out JsonElement overrides) || overrides.ValueKind == JsonValueKind.Null)
        {
            return sections;
        }

        foreach (JsonProperty section in Members(overrides, "'overrides'"))
        {
            var keys = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (JsonProperty key in Members(section.Value, $"the override section '{FieldRules.Quote(section.Name)}'"))
            {
                keys.Add(key.Name, key.Value.ValueKind == JsonValueKind.String
                    ? key.Value.GetString()!
                    : throw RefusedException.Malformed($"the override '{FieldRules.Quote(section.Name)}.{FieldRules.Quote(key.Name)}' must be a string that holds TOML"));
            }

            sections.Add(section.Name, keys);
        }

        return sections;
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement value, string what) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject()
        : throw RefusedException.Malformed($"{what} must be a JSON object");
}

using System.Text.Json;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api.OAuth;

/// <summary>Reads the JSON objects of an OAuth server.</summary>
internal static class OAuthAnswer
{
    /// <summary>Parses a JSON object.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.AnswerInvalid"/>.</exception>
    internal static JsonDocument Parse(Uri endpoint, byte[] body)
    {
        try
        {
            var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
            // The parser's words could quote a token.
        }

        throw Invalid(endpoint, "is no JSON object");
    }

    /// <summary>A text that must be there.</summary>
    internal static string Require(Uri endpoint, JsonElement root, string name) =>
        Text(root, name) is { Length: > 0 } text ? text : throw Lacks(endpoint, name);

    /// <summary>A text, when it is there.</summary>
    internal static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A whole number, when it is there.</summary>
    internal static int? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null;

    /// <summary>The error for a field that is not there.</summary>
    internal static AutoRegisterException Lacks(Uri endpoint, string name) => Invalid(endpoint, $"has no {name}");

    private static AutoRegisterException Invalid(Uri endpoint, string problem) => new(
        ErrorId.AnswerInvalid, $"The answer of '{endpoint}' {problem}.", "Check that OAUTH_BASE is the base of an OAuth server with the device flow.", endpoint);
}

using System.Text.Json;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Errors;

/// <summary>A server's answer that was not the one that was hoped for.</summary>
public sealed class ServerAnswer
{
    /// <summary>Keeps an answer.</summary>
    internal ServerAnswer(int status, string body)
    {
        Status = status;
        Words = ReadWords(body);
        IsRefusalOfTheApi = status is >= 400 and < 500 && ApiWords.Are(status, body);
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The server's own words, a line each, fit for a terminal: <c>key: value</c> for a JSON object, as <c>lmp-device-register</c> prints it.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Whether the API itself refused the request (4xx): it made no device for it.</summary>
    internal bool IsRefusalOfTheApi { get; }

    private static string[] ReadWords(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return [.. document.RootElement.EnumerateObject().Select(property => $"{Printable.Text(property.Name)}: {Printable.Text(property.Value.ToString())}")];
            }
        }
        catch (JsonException)
        {
            // Plain text is words too.
        }

        string text = Printable.Text(body);
        return text.Length > 0 ? [text] : [];
    }
}

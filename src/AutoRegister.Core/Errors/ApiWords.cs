using System.Text.Json;

namespace AutoRegister.Core.Errors;

/// <summary>
/// Tells a registration API's own words from those of whatever stands before it. A proxy, a firewall or an ingress refuses with a
/// web page, a line of text or nothing, and what it refuses may pass later; an API refuses with JSON. The one that does not is
/// Foundries' reference server, whose few texts are listed here as its source has them (registration_ref/app.py and crypto.py);
/// it sends them as text/html, so the type of an answer says nothing.
/// </summary>
internal static class ApiWords
{
    private const int BadRequest = 400;
    private const int ProxyAuthenticationRequired = 407;

    private static readonly string[] ReferenceServer =
    [
        "Missing request body",
        "Missing required field '",
        "Invalid data type for '",
        "Registration-reference does not support 'group' field",
        "Invalid factory(",
        "Factory not allowed to sign Device CSRs",

        // What its libraries say of a CSR they cannot use.
        "Unable to load PEM file",
        "error parsing asn1 value",
        "invalid literal for int() with base 16",
        "The serial number should",
    ];

    /// <summary>Whether an answer is the API's own.</summary>
    /// <returns>Whether it is.</returns>
    internal static bool Are(int status, string body) => status != ProxyAuthenticationRequired
        && (IsJson(body) || (status == BadRequest && ReferenceServer.Any(text => body.StartsWith(text, StringComparison.Ordinal))));

    // A lone number or word can be anybody's: "403" is JSON too.
    private static bool IsJson(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

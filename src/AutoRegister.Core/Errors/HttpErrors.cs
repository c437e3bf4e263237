using System.Text.Json;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Errors;

/// <summary>The one map from what servers answer to <see cref="ErrorId"/>.</summary>
internal static class HttpErrors
{
    private static readonly TimeSpan RetryAfterLimit = TimeSpan.FromHours(1);

    /// <summary>An answer that is not the one that was hoped for, sorted by its status (CONTRACT, section 2); the server's own words are kept.</summary>
    internal static AutoRegisterException FromAnswer(Uri api, HttpResponseMessage response, string body)
    {
        int status = (int)response.StatusCode;
        string said = $"'{Origin(api)}' answered HTTP_{status}{ServerWords(body)}.";
        if (LooksLikeHtml(response, body) && status < 400)
        {
            return new(ErrorId.CaptivePortal, $"'{Origin(api)}' answered HTTP_{status} with a web page: a captive portal or proxy is in the way.", "Sign in to the network or correct the proxy.", api);
        }

        AutoRegisterException failure = status switch
        {
            >= 300 and < 400 => new(ErrorId.CaptivePortal, $"{said} It points to '{Printable.Text(response.Headers.Location?.ToString() ?? "nowhere")}'; redirects are not followed.", "Sign in to the network, or give the final address as DEVICE_API.", api),
            408 or 425 or 429 or 511 or >= 500 => new(ErrorId.ServerUnavailable, said, "Nothing: the request is repeated.", api) { RetryAfter = RetryAfter(response) },
            _ when !ApiWords.Are(status, body) => NotTheApi(api, status, LooksLikeHtml(response, body) ? " with a web page" : ServerWords(body)),
            _ => FromStatus(api, status, said),
        };
        failure.ServerAnswer = new ServerAnswer(status, body);
        return failure;
    }

    /// <summary>A refusal of which only status and body are known.</summary>
    internal static AutoRegisterException FromAnswer(Uri api, int status, string body)
    {
        AutoRegisterException failure = FromStatus(api, status, $"'{Origin(api)}' answered HTTP_{status}{ServerWords(body)}.");
        failure.ServerAnswer = new ServerAnswer(status, body);
        return failure;
    }

    /// <summary>Something between this device and the API said no, or yes: the API itself did not speak.</summary>
    private static AutoRegisterException NotTheApi(Uri api, int status, string words) => new(
        ErrorId.CaptivePortal,
        $"'{Origin(api)}' answered HTTP_{status}{words}. That is not the registration API's own answer: a proxy, a firewall or an ingress is in the way, or the API is not at this address.",
        "Check the network and the proxy, and that DEVICE_API is the address of a registration API; the request is repeated.",
        api);

    private static AutoRegisterException FromStatus(Uri api, int status, string said) =>
        status switch
        {
            401 or 403 => new(ErrorId.ApiTokenRejected, said, target: api),
            409 => new(ErrorId.DeviceConflict, said, target: api),
            400 or 413 or 415 or 422 => new(ErrorId.RequestRejected, said, target: api),
            _ => new(ErrorId.ServerUnexpected, said, target: api),
        };

    internal static AutoRegisterException TimedOut(Uri api, string what, Exception e) => new(
        ErrorId.ServerTimeout, $"'{Origin(api)}' {what} in time.", "Check the network; the request is repeated.", api, e);

    internal static AutoRegisterException CutOff(Uri api, Exception e) => new(
        ErrorId.ServerUnreachable, $"The connection to '{Origin(api)}' was cut off in the middle of the answer: {Words(e)}", "Check the network; the request is repeated.", api, e);

    internal static AutoRegisterException TooLarge(Uri api, int limit) => new(
        ErrorId.AnswerInvalid, $"The answer of '{Origin(api)}' is larger than {limit / 1024} KiB. Nothing was written.", target: api);

    internal static bool LooksLikeHtml(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> start = body.TrimStart(" \t\r\n"u8);
        return IsHtmlType(response) || (!start.IsEmpty && start[0] == (byte)'<');
    }

    private static bool LooksLikeHtml(HttpResponseMessage response, string body) =>
        IsHtmlType(response) || body.AsSpan().TrimStart().StartsWith("<");

    private static bool IsHtmlType(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType is "text/html";

    /// <summary>Both forms of Retry-After (RFC 9110, section 10.2.3), bounded. A date is the server's: its own clock says how far it is.</summary>
    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        TimeSpan? asked = response.Headers.RetryAfter?.Delta ?? (response.Headers.RetryAfter?.Date - (response.Headers.Date ?? DateTimeOffset.UtcNow));
        return asked is TimeSpan time && time > TimeSpan.Zero ? (time < RetryAfterLimit ? time : RetryAfterLimit) : null;
    }

    /// <summary>What the server said, as one line: the <c>error</c> of a JSON object, or the text itself.</summary>
    private static string ServerWords(string body)
    {
        string words = body;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out JsonElement error))
            {
                words = error.ToString();
            }
        }
        catch (JsonException)
        {
            // Plain text and HTML are words too.
        }

        words = Printable.Text(words).TrimEnd('.');
        return words.Length > 0 ? $": {words}" : string.Empty;
    }

    /// <summary>What an exception says, as the end of a message.</summary>
    internal static string Words(Exception e) => Printable.Text(e.InnerException?.Message ?? e.Message).TrimEnd('.') + ".";

    /// <summary>A server as messages name it.</summary>
    internal static string Origin(Uri api) => api.GetLeftPart(UriPartial.Authority);
}

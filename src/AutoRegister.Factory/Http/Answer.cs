using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoRegister.Factory.Http;

/// <summary>The few shapes an answer has.</summary>
internal static class Answer
{
    // JSON for programs and logs: a quote or a plus sign needs no \u escape there.
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Answers with JSON.</summary>
    public static Task JsonAsync<T>(HttpContext context, int status, T value)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, Plain, "application/json", context.RequestAborted);
    }

    /// <summary>
    /// Answers with <c>{"error": "…"}</c>, as the hosted service does: a device can tell it from the plain text or the page with which a
    /// proxy refuses, which it does not believe.
    /// </summary>
    public static Task ErrorAsync(HttpContext context, int status, string message) =>
        JsonAsync(context, status, new Dictionary<string, string> { ["error"] = message });
}

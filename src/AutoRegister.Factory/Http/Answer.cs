using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

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
    /// Answers with problem details (RFC 9457), and in them <c>error</c>, as the hosted service has it: a device can tell that from the
    /// plain text or the page with which a proxy refuses, which it does not believe.
    /// </summary>
    public static Task ErrorAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status400BadRequest && context.GetEndpoint()?.Metadata.GetMetadata<PlainErrors>() is not null)
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync(message + "\n", context.RequestAborted);
        }

        var problem = new Dictionary<string, object>
        {
            ["error"] = message,
            ["type"] = "about:blank",
            ["title"] = ReasonPhrases.GetReasonPhrase(status),
            ["status"] = status,
            ["detail"] = message,
        };
        return context.Response.WriteAsJsonAsync(problem, Plain, "application/problem+json", context.RequestAborted);
    }
}

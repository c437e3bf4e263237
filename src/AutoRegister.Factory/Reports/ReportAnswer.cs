using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Reports;

/// <summary>What becomes of a report.</summary>
internal enum ReportOutcome
{
    /// <summary>It was taken.</summary>
    Sent,

    /// <summary>It was refused, and would be again: a person must look.</summary>
    Refused,

    /// <summary>It may be taken later.</summary>
    Later,

    /// <summary>Nothing will be taken before something else changes: the token, or the load over there.</summary>
    AllLater,
}

/// <summary>What the other side said to a report, or that it said nothing.</summary>
/// <param name="Text">One line for a person.</param>
/// <param name="RetryAfter">When it wants to be asked again, where it said so.</param>
internal sealed record ReportAnswer(ReportOutcome Outcome, string Text, TimeSpan? RetryAfter = null)
{
    private const int LongestBody = 4096;

    /// <summary>Reads an answer.</summary>
    public static async Task<ReportAnswer> ReadAsync(HttpResponseMessage response, DateTimeOffset now, CancellationToken cancellation)
    {
        string text = $"HTTP {(int)response.StatusCode}{await BodyAsync(response, cancellation)}";
        TimeSpan? retryAfter = RetryAfterOf(response.Headers.RetryAfter, now);
        return response.StatusCode switch
        {
            _ when response.IsSuccessStatusCode => new ReportAnswer(ReportOutcome.Sent, text),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new ReportAnswer(ReportOutcome.AllLater, text, retryAfter),
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => new ReportAnswer(ReportOutcome.AllLater, text, retryAfter),
            HttpStatusCode.RequestTimeout or < HttpStatusCode.BadRequest or >= HttpStatusCode.InternalServerError => new ReportAnswer(ReportOutcome.Later, text, retryAfter),
            _ => new ReportAnswer(ReportOutcome.Refused, text),
        };
    }

    /// <summary>No answer came.</summary>
    public static ReportAnswer None(Exception exception) => new(ReportOutcome.Later, $"no answer: {Words(exception.Message)}");

    private static async Task<string> BodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        byte[] bytes = new byte[LongestBody];
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        int length = await body.ReadAtLeastAsync(bytes, LongestBody, throwOnEndOfStream: false, cancellation);
        return Words(Encoding.UTF8.GetString(bytes, 0, length)) is { Length: > 0 } words ? $": {words}" : "";
    }

    // It is shown on a screen and in a terminal: one line of visible characters.
    private static string Words(string text)
    {
        const int Longest = 300;
        string words = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var shown = new StringBuilder();
        foreach (Rune rune in words.EnumerateRunes().Take(Longest))
        {
            shown.Append(rune.Value == ' ' || FieldRules.IsVisible(rune.ToString()) ? rune.ToString() : "?");
        }

        return shown.ToString();
    }

    private static TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header, DateTimeOffset now) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > now => date - now,
        _ => null,
    };
}

using System.Data.Common;
using System.Globalization;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Http;

/// <summary>Turns the exceptions a request may end with into answers a device's operator can read.</summary>
internal static class ErrorAnswers
{
    /// <summary>The middleware.</summary>
    public static async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (RefusedException e)
        {
            FactoryMeter.Refusals.Add(1, new KeyValuePair<string, object?>("kind", e.Refusal.Kind.ToString()));
            if (e.Refusal.RetryAfter is { } wait)
            {
                context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            }

            await Answer.ErrorAsync(context, StatusOf(e.Refusal.Kind), e.Message);
        }
        catch (BadHttpRequestException e)
        {
            await Answer.ErrorAsync(context, e.StatusCode, e.Message);
        }
        catch (DbException)
        {
            // The disk is full or read-only, or the database is gone. The same request may succeed later.
            context.Response.Headers.RetryAfter = "10";
            await Answer.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "The ledger can't be written");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is nobody to answer.
        }
    }

    // As in Core's error tables: no arm for numbers that are no kind, so that the compiler asks for a row for each new one.
#pragma warning disable CS8524
    private static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Malformed => StatusCodes.Status400BadRequest,
        RefusalKind.UnsupportedContent => StatusCodes.Status415UnsupportedMediaType,
        RefusalKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.Conflict => StatusCodes.Status409Conflict,
        RefusalKind.TooMany => StatusCodes.Status429TooManyRequests,
        // Devices know one answer to "not yet": what a client does with 202 is its own idea.
        RefusalKind.Pending or RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
    };
#pragma warning restore CS8524
}

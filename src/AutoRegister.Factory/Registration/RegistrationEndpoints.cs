using System.Net.Http.Headers;
using AutoRegister.Core.Sota;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Http;

namespace AutoRegister.Factory.Registration;

/// <summary>
/// <c>/ota/devices/</c>, which demands a token, and <c>/sign</c>, which is what the reference server offers to an
/// isolated network and demands none. Both answer HEAD with 200 to anybody: a device asks only whether they are there.
/// </summary>
internal sealed class RegistrationEndpoints(TokenCheck tokens, RegistrationService registrations)
{
    /// <summary>The path that demands a token.</summary>
    public const string Devices = "/ota/devices/";

    /// <summary>The path that demands none.</summary>
    public const string Sign = "/sign";

    /// <summary>Adds the routes. Routing ignores a trailing slash and answers other methods with 405 and Allow.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Devices, [HttpMethods.Head], PresentAsync);
        routes.MapMethods(Sign, [HttpMethods.Head], PresentAsync);
        routes.MapMethods(Devices, [HttpMethods.Post], RegisterAsync);
        routes.MapMethods(Sign, [HttpMethods.Post], SignAsync);
    }

    private static Task PresentAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        return Task.CompletedTask;
    }

    private async Task RegisterAsync(HttpContext context)
    {
        var holder = await tokens.RequireAsync(context.Request.Headers);
        var request = await ReadAsync(context, identityOptional: false);
        holder.RequireDevice(request.Uuid);
        await AnswerAsync(context, request);
    }

    private async Task SignAsync(HttpContext context)
    {
        var request = await ReadAsync(context, identityOptional: true);
        if (request.Group is not null)
        {
            // Without a token, a device that may choose its group may join any.
            throw RefusedException.Malformed("the field 'group' is not supported without a token");
        }

        await AnswerAsync(context, request);
    }

    private static async Task<RegistrationRequest> ReadAsync(HttpContext context, bool identityOptional)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
            || (type.CharSet is { } charset && !string.Equals(charset.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            throw new RefusedException(RefusalKind.UnsupportedContent, "the content type must be application/json, in UTF-8");
        }

        // Kestrel ends a body that is too large, or too slow, with an exception that says so.
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return RegistrationBody.Parse(body.GetBuffer().AsMemory(0, (int)body.Length), identityOptional);
    }

    private async Task AnswerAsync(HttpContext context, RegistrationRequest request)
    {
        RequestLog.Note(context, request.Uuid);
        var files = await registrations.RegisterAsync(request);
        await Answer.JsonAsync(context, StatusCodes.Status201Created, files);
    }
}

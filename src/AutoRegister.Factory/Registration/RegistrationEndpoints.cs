using System.Diagnostics;
using System.Net.Http.Headers;
using AutoRegister.Core.Sota;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Registration;

/// <summary>
/// <c>/ota/devices/</c>, for those who can prove who they are, and <c>/sign</c>, for devices of an isolated network, as
/// the reference server has it. Both answer HEAD with 200 to anybody: a device asks only whether they are there.
/// </summary>
/// <param name="check">Who may use <c>/ota/devices/</c>.</param>
/// <param name="signCheck">Who may use <c>/sign</c>; null where there is no such path.</param>
internal sealed class RegistrationEndpoints(
    IApplicantCheck check, IApplicantCheck? signCheck, RegistrationService registrations, DeviceRegistry devices)
{
    /// <summary>The path that demands proof.</summary>
    public const string Devices = "/ota/devices/";

    /// <summary>The path that a device without any uses.</summary>
    public const string Sign = "/sign";

    /// <summary>Adds the routes. Routing ignores a trailing slash and answers other methods with 405 and Allow.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Devices, [HttpMethods.Head], PresentAsync);
        routes.MapMethods(Devices, [HttpMethods.Post], context => MeasuredAsync(() => RegisterAsync(context)));
        if (signCheck is not null)
        {
            routes.MapMethods(Sign, [HttpMethods.Head], PresentAsync);
            routes.MapMethods(Sign, [HttpMethods.Post], context => MeasuredAsync(() => SignAsync(context, signCheck))).WithMetadata(new PlainErrors());
        }
    }

    private static async Task MeasuredAsync(Func<Task> registration)
    {
        long begin = Stopwatch.GetTimestamp();
        string outcome = "failed";
        try
        {
            await registration();
            outcome = "issued";
            FactoryMeter.RegistrationDuration.Record(Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }
        catch (RefusedException)
        {
            outcome = "refused";
            throw;
        }
        finally
        {
            FactoryMeter.Registrations.Add(1, FactoryMeter.Outcome(outcome));
        }
    }

    private static Task PresentAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        return Task.CompletedTask;
    }

    private async Task RegisterAsync(HttpContext context)
    {
        Applicant applicant = await WhoAsync(context, check);
        RegistrationRequest request = await RecordedAsync(applicant, () => ReadAsync(context, identityOptional: false));
        await AnswerAsync(context, request, applicant);
    }

    private async Task SignAsync(HttpContext context, IApplicantCheck who)
    {
        Applicant applicant = await WhoAsync(context, who);
        RegistrationRequest request = await RecordedAsync(applicant, () => ReadAsync(context, identityOptional: true));
        // Without a token, a device that may choose its group may join any.
        await (request.Group is null
            ? AnswerAsync(context, request, applicant)
            : RecordedAsync(applicant, () => Task.FromException<bool>(RefusedException.Malformed("the field 'group' is not supported without a token"))));
    }

    private Task<Applicant> WhoAsync(HttpContext context, IApplicantCheck who) =>
        RecordedAsync(new Applicant { Actor = "unknown", Address = AddressRanges.Of(context) }, () => who.RequireAsync(context));

    // What is refused before the ledger is asked is written into the audit all the same.
    private async Task<T> RecordedAsync<T>(Applicant applicant, Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch (RefusedException e) when (e.Refusal.Kind != RefusalKind.TooMany)
        {
            // Not those of somebody who sends too many: they would fill the disk.
            await devices.RefusedAsync(applicant, null, e.Message);
            throw;
        }
    }

    private static async Task<RegistrationRequest> ReadAsync(HttpContext context, bool identityOptional)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type)
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

    private async Task AnswerAsync(HttpContext context, RegistrationRequest request, Applicant applicant)
    {
        RequestLog.Note(context, request.Uuid);
        IReadOnlyDictionary<string, string> files = await registrations.RegisterAsync(request, applicant);
        await Answer.JsonAsync(context, StatusCodes.Status201Created, files);
    }
}

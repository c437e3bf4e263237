using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Admin;

/// <summary>The line's screen: a login, a page that shows what happens, and the few decisions that a person has.</summary>
internal sealed class ScreenEndpoints(
    ScreenSessions sessions, LineReader line, LedgerWriter writer, ScreenPage page, TimeProvider clock)
{
    /// <summary>Everything from this server, nothing inline.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private const int LongestName = 40;

    // The prefix makes browsers refuse the cookie from anything but this very host over TLS.
    private const string Cookie = "__Host-lmp-factory-screen";

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/", [HttpMethods.Get], ShowAsync);
        routes.MapMethods("/login", [HttpMethods.Post], LogInAsync);
        routes.MapMethods("/logout", [HttpMethods.Post], context => DoAsync(context, LogOutAsync));
        routes.MapMethods("/decide", [HttpMethods.Post], context => DoAsync(context, DecideAsync));
        routes.MapMethods("/retry", [HttpMethods.Post], context => DoAsync(context, RetryAsync));
        routes.MapMethods("/screen.css", [HttpMethods.Get], context => AssetAsync(context, "screen.css", "text/css; charset=utf-8"));
        routes.MapMethods("/screen.svg", [HttpMethods.Get], context => AssetAsync(context, "screen.svg", "image/svg+xml"));
        routes.MapMethods("/screen.js", [HttpMethods.Get], context => AssetAsync(context, "screen.js", "text/javascript; charset=utf-8"));
    }

    private ScreenSession? SessionOf(HttpContext context) => sessions.Find(context.Request.Cookies[Cookie]);

    private async Task ShowAsync(HttpContext context)
    {
        if (SessionOf(context) is { } session)
        {
            await SendAsync(context, StatusCodes.Status200OK, page.Line(await line.ReadAsync(context.RequestAborted), session));
            return;
        }

        // The script asks for this page again and again: it must see that its session is over.
        int status = context.Request.Headers.ContainsKey("X-Screen-Update") ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK;
        await SendAsync(context, status, page.LogIn(null));
    }

    private async Task LogInAsync(HttpContext context)
    {
        IFormCollection? form = await FormReader.ReadAsync(context);
        if (form is null || !IsOwnOrigin(context))
        {
            await SendAsync(context, StatusCodes.Status403Forbidden, page.LogIn("The form was not sent from this page."));
            return;
        }

        if (form.One("person")?.Trim() is not { Length: > 0 and <= LongestName } person || !FieldRules.IsVisible(person.Replace(' ', '_')))
        {
            await SendAsync(context, StatusCodes.Status400BadRequest, page.LogIn($"Your name must be 1 to {LongestName} visible characters."));
            return;
        }

        string? cookie;
        try
        {
            cookie = sessions.LogIn(context, person, form.One("password") ?? "");
        }
        catch (RefusedException e)
        {
            context.Response.Headers.RetryAfter = e.Refusal.RetryAfter!.Value.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            await SendAsync(context, StatusCodes.Status429TooManyRequests, page.LogIn("Too many attempts from here. Please wait a minute."));
            return;
        }
        catch (ExitException e)
        {
            await Console.Error.WriteLineAsync($"warning: {e.Message}");
            await SendAsync(context, StatusCodes.Status503ServiceUnavailable, page.LogIn("The server can't read its password. Its log says why."));
            return;
        }

        await AuditAsync(context, person, "log in", cookie is null ? "wrong password" : null);
        if (cookie is null)
        {
            await SendAsync(context, StatusCodes.Status403Forbidden, page.LogIn("The password is wrong."));
            return;
        }

        context.Response.Cookies.Append(Cookie, cookie, new CookieOptions { Secure = true, HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
        Home(context);
    }

    // A form of this page: it carries the session's token, and comes back to the page with a word on what was done.
    private async Task DoAsync(HttpContext context, Func<HttpContext, IFormCollection, ScreenSession, Task<string>> action)
    {
        if (SessionOf(context) is not { } session)
        {
            await SendAsync(context, StatusCodes.Status403Forbidden, page.LogIn("Please log in again."));
            return;
        }

        IFormCollection? form = await FormReader.ReadAsync(context);
        if (form?.One("form") is not { } sent || !IsOwnOrigin(context)
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(session.FormToken), Encoding.UTF8.GetBytes(sent)))
        {
            await SendAsync(context, StatusCodes.Status403Forbidden, page.Line(
                await line.ReadAsync(context.RequestAborted), session, "The form was not sent from this page. Nothing was done."));
            return;
        }

        string problem = await action(context, form, session);
        line.Forget();
        if (problem.Length == 0)
        {
            Home(context);
            return;
        }

        await SendAsync(context, StatusCodes.Status409Conflict, page.Line(await line.ReadAsync(context.RequestAborted), session, problem));
    }

    private async Task<string> DecideAsync(HttpContext context, IFormCollection form, ScreenSession session)
    {
        if (form.One("decision") is not ("accept" or "refuse") || form.One("uuid") is not { } uuid || form.One("key") is not { } key)
        {
            return "Please choose Accept or Refuse.";
        }

        bool done = await writer.DoAsync(ledger => PendingDevices.Decide(ledger, uuid, key, form.One("decision") == "accept", Actor(session.Person), clock.GetUtcNow()));
        return done ? "" : $"The device {FieldRules.Quote(uuid)} no longer waits: somebody else has decided.";
    }

    private async Task<string> RetryAsync(HttpContext context, IFormCollection form, ScreenSession session)
    {
        if (!long.TryParse(form.One("number"), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return "Please choose a report.";
        }

        int again = await writer.DoAsync(ledger => Outbox.Retry(ledger, number, Actor(session.Person), clock.GetUtcNow()));
        return again > 0 ? "" : "That report is no longer among the refused.";
    }

    private Task<string> LogOutAsync(HttpContext context, IFormCollection form, ScreenSession session)
    {
        sessions.LogOut(context.Request.Cookies[Cookie]);
        context.Response.Cookies.Delete(Cookie, new CookieOptions { Secure = true, Path = "/" });
        return Task.FromResult("");
    }

    private Task<bool> AuditAsync(HttpContext context, string person, string action, string? refusal) => writer.DoAsync(ledger =>
    {
        AuditTrail.Append(ledger, clock.GetUtcNow(), new AuditEntry(Actor(person), action)
        {
            Address = AddressRanges.Of(context), Reason = refusal, Refused = refusal is not null,
        });
        return true;
    });

    private static string Actor(string person) => $"screen {person}";

    // Browsers send it with every POST; what is no browser has no cookie that somebody else could make it send.
    private static bool IsOwnOrigin(HttpContext context) =>
        context.Request.Headers.Origin is not [{ } origin] || origin == $"https://{context.Request.Host}";

    private static void Home(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = "/";
    }

    private static async Task AssetAsync(HttpContext context, string name, string type)
    {
        Secure(context);
        context.Response.ContentType = type;
        await using Stream asset = typeof(ScreenEndpoints).Assembly.GetManifestResourceStream(name)!;
        await asset.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static Task SendAsync(HttpContext context, int status, string html)
    {
        Secure(context);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(html, context.RequestAborted);
    }

    private static void Secure(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        // Forms say where they come from by Origin, which no-referrer would make null.
        headers["Referrer-Policy"] = "same-origin";
    }
}

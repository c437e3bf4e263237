using System.Security.Cryptography;
using System.Text;
using AutoRegister.Factory.Http;

namespace AutoRegister.Factory.OAuth;

/// <summary>
/// The page where a person approves or denies a device. It asks for no login: it is for a loopback address, or for a
/// network in which everybody may register devices. What it does prevent is another web site pressing its buttons.
/// </summary>
internal sealed class ApprovalEndpoints(DeviceAuthorizations authorizations, ApprovalPage page)
{
    /// <summary>The page's path.</summary>
    public const string Path = "/device";

    // The prefix makes browsers refuse the cookie from anything but this very host over TLS.
    private const string Cookie = "__Host-lmp-factory-form";

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], ShowAsync);
        routes.MapMethods(Path, [HttpMethods.Post], DecideAsync);
    }

    private async Task ShowAsync(HttpContext context)
    {
        string typed = context.Request.Query["user_code"].ToString();
        if (typed.Length == 0)
        {
            await SendAsync(context, StatusCodes.Status200OK, page.AskForCode(null));
            return;
        }

        if (await authorizations.FindWaitingAsync(UserCode.Normalize(typed)) is not { } device)
        {
            await SendAsync(context, StatusCodes.Status404NotFound, page.AskForCode("No device waits with this code. It may have expired."));
            return;
        }

        await SendAsync(context, StatusCodes.Status200OK, page.AskForDecision(device, FormToken(context)));
    }

    private async Task DecideAsync(HttpContext context)
    {
        IFormCollection? form = await FormReader.ReadAsync(context);
        if (form is null || !IsOurForm(context, form))
        {
            await SendAsync(context, StatusCodes.Status403Forbidden, page.AskForCode("The form was not sent from this page. Please enter the code again."));
            return;
        }

        string? decision = form.One("decision");
        if (decision is not ("approve" or "deny"))
        {
            await SendAsync(context, StatusCodes.Status400BadRequest, page.AskForCode("Please choose Approve or Deny."));
            return;
        }

        bool approve = decision == "approve";
        bool done = await authorizations.DecideAsync(UserCode.Normalize(form.One("user_code") ?? ""), approve);
        await (done
            ? SendAsync(context, StatusCodes.Status200OK, page.Done(approve))
            : SendAsync(context, StatusCodes.Status404NotFound, page.AskForCode("No device waits with this code. It may have expired.")));
    }

    // A random value in a cookie and in the form: another site can send neither the cookie nor a form that matches it.
    private static string FormToken(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is { Length: 64 } present && present.All(char.IsAsciiHexDigitLower))
        {
            return present;
        }

        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        context.Response.Cookies.Append(Cookie, token, new CookieOptions
        {
            Secure = true,
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Path = "/",
        });
        return token;
    }

    private static bool IsOurForm(HttpContext context, IFormCollection form) =>
        context.Request.Cookies[Cookie] is { Length: 64 } cookie
        && form.One("form") is { } sent
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(cookie), Encoding.UTF8.GetBytes(sent));

    private static Task SendAsync(HttpContext context, int status, string html)
    {
        context.Response.StatusCode = status;
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentType = "text/html; charset=utf-8";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = ApprovalPage.ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(html, context.RequestAborted);
    }
}

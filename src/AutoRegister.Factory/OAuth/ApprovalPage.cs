using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace AutoRegister.Factory.OAuth;

/// <summary>The approval page's HTML: no script, one style sheet, everything that came from outside escaped.</summary>
internal sealed class ApprovalPage(string factory)
{
    private const string Style =
        """
        :root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif }
        body { max-width: 32rem; margin: 12vh auto 0; padding: 0 1.25rem }
        h1 { font-size: 1.4rem }
        code, input { font: 1.2rem ui-monospace, monospace; letter-spacing: .08em }
        code { overflow-wrap: anywhere }
        input { display: block; width: 100%; box-sizing: border-box; padding: .5rem; margin: .25rem 0 1rem; text-transform: uppercase }
        dt { opacity: .75 } dd { margin: 0 0 .75rem }
        button { font: inherit; padding: .5rem 1.5rem; margin-right: .75rem; border: 2px solid #1b6b3a; border-radius: .4rem; background: #1b6b3a; color: #fff; cursor: pointer }
        button.deny { background: transparent; color: inherit; border-color: currentColor }
        button:focus-visible, input:focus-visible { outline: 3px solid #4a90d9; outline-offset: 2px }
        .alert { border-left: 4px solid #b3261e; padding-left: .75rem }
        """;

    /// <summary>Allows this page's style sheet, and its forms to this server. Nothing else.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>Asks for the code a device shows; with a word on what was wrong before.</summary>
    public string AskForCode(string? problem) => Frame(
        "Register a device",
        $"""
        {(problem is null ? "" : $"<p class=\"alert\" role=\"alert\">{Escape(problem)}</p>")}
        <form method="get" action="{ApprovalEndpoints.Path}">
        <label for="user_code">Code that the device shows</label>
        <input id="user_code" name="user_code" required maxlength="16" autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus>
        <button type="submit">Continue</button>
        </form>
        """);

    /// <summary>Asks whether a device may be registered.</summary>
    public string AskForDecision(WaitingDevice device, string formToken) => Frame(
        "May this device be registered?",
        $"""
        <dl>
        <dt>Factory</dt><dd>{Escape(factory)}</dd>
        <dt>Device</dt><dd><code>{Escape(device.Uuid)}</code></dd>
        <dt>Code</dt><dd><code>{Escape(device.UserCode)}</code></dd>
        </dl>
        <p>Approve it only if the device in front of you shows this code.</p>
        <form method="post" action="{ApprovalEndpoints.Path}">
        <input type="hidden" name="form" value="{Escape(formToken)}">
        <input type="hidden" name="user_code" value="{Escape(device.UserCode)}">
        <button type="submit" name="decision" value="approve">Approve</button>
        <button type="submit" name="decision" value="deny" class="deny">Deny</button>
        </form>
        """);

    /// <summary>Says what was decided.</summary>
    public string Done(bool approved) => approved
        ? Frame("Approved", "<p role=\"status\">The device goes on by itself. You can close this page.</p>")
        : Frame("Denied", "<p role=\"status\">The device is not registered. You can close this page.</p>");

    private string Frame(string title, string body) =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Escape(title)} – {Escape(factory)}</title>
        <style>{Style}</style>
        </head>
        <body>
        <main>
        <h1>{Escape(title)}</h1>
        {body}
        </main>
        </body>
        </html>

        """;

    private static string Escape(string text) => HtmlEncoder.Default.Encode(text);
}

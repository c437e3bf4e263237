using System.Globalization;
using System.Text.Encodings.Web;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Admin;

/// <summary>
/// The screen's HTML. Complete without script: then it reloads itself. The script only replaces the parts with
/// <c>data-live</c> in place, so that focus and scrolling stay. Everything that came from outside is escaped.
/// </summary>
internal sealed class ScreenPage(string factory)
{
    /// <summary>Asks for name and password; with a word on what was wrong before.</summary>
    public string LogIn(string? problem) => Frame("Log in", "", $"""
        <main class="login">
        <h1>Devices of {Escape(factory)}</h1>
        {Alert(problem)}
        <form method="post" action="/login">
        <label for="person">Your name, for the audit</label>
        <input id="person" name="person" required maxlength="40" autocomplete="username" autofocus>
        <label for="password">Password of this screen</label>
        <input id="password" name="password" type="password" required autocomplete="current-password">
        <button type="submit">Log in</button>
        </form>
        </main>
        """);

    /// <summary>The page.</summary>
    public string Line(LineView view, ScreenSession session, string? problem = null) => Frame("Line", Head, $"""
        <a class="skip" href="#pending">To the devices that wait</a>
        <header>
        <h1>Devices of {Escape(factory)}</h1>
        <form method="post" action="/logout">{FormToken(session)}<span>{Escape(session.Person)}</span> <button type="submit" class="quiet">Log out</button></form>
        </header>
        <main>
        {Alert(problem)}
        <p id="said" class="unseen" role="status" aria-live="polite"></p>
        <div data-live="state">{State(view)}</div>
        <section aria-labelledby="pending"><h2 id="pending" tabindex="-1">Waiting to be accepted</h2><div data-live="pending" data-waiting="{view.Pending.Count}">{Pending(view, session)}</div></section>
        <section aria-labelledby="failures"><h2 id="failures">Refused lately</h2><div data-live="failures">{Refusals(view)}</div></section>
        <section aria-labelledby="devices"><h2 id="devices">Registered lately</h2><div data-live="devices" data-newest="{view.Devices}">{Newest(view)}</div></section>
        <section aria-labelledby="reports"><h2 id="reports">Reports that were refused</h2><div data-live="reports">{Reports(view, session)}</div></section>
        <section aria-labelledby="ending"><h2 id="ending">Certificates that end within 90 days</h2><div data-live="ending">{Ending(view)}</div></section>
        </main>
        """);

    private const string Head = """
        <script src="/screen.js" defer></script>
        <noscript><meta http-equiv="refresh" content="10"></noscript>
        """;

    private static string State(LineView view) => $"""
        <dl class="numbers">
        <div><dt>Devices</dt><dd>{view.Devices}</dd></div>
        <div><dt>In the last minute</dt><dd>{view.LastMinute}</dd></div>
        <div><dt>Waiting for a person</dt><dd>{view.Pending.Count}</dd></div>
        <div><dt>Reports to be sent</dt><dd>{view.Waiting}</dd></div>
        </dl>
        {(view.Problem is null ? "<p class=\"good\">Devices can be registered.</p>" : $"<p class=\"alert\" role=\"alert\">No device can be registered: {Escape(view.Problem)}</p>")}
        {string.Concat(view.Warnings.Select(warning => $"<p class=\"alert\">Warning: {Escape(warning)}</p>\n"))}<p class="moment">As of {Time(view.Now)}</p>
        """;

    private static string Pending(LineView view, ScreenSession session) => Table(
        view.Pending, "No device waits.", ["Device", "Key", "Hardware", "Group", "Production", "From", "Since", "Decision"],
        d => [Device(d.Name, d.Uuid), $"<code title=\"{Escape(d.PublicKeySha256)}\">{Escape(d.PublicKeySha256[..12])}…</code>", Escape(d.HardwareId), Escape(d.Group ?? "–"),
            d.Production ? "yes" : "no", Escape($"{d.Station ?? "–"} {d.Address}"), Time(d.Asked), Decision(d, session)]);

    // The key that the person saw goes along: a word is given for that one.
    private static string Decision(PendingDevice device, ScreenSession session) => $"""
        <form method="post" action="/decide">{FormToken(session)}<input type="hidden" name="uuid" value="{Escape(device.Uuid)}"><input type="hidden" name="key" value="{Escape(device.PublicKeySha256)}">
        <button type="submit" name="decision" value="accept" aria-label="Accept {Escape(device.Name)}">Accept</button>
        <button type="submit" name="decision" value="refuse" class="quiet" aria-label="Refuse {Escape(device.Name)}">Refuse</button></form>
        """;

    private static string Refusals(LineView view) => Table(
        view.Refusals, "Nothing was refused.", ["Time", "Who", "What", "Device", "Why"],
        r => [Time(DateTimeOffset.FromUnixTimeMilliseconds(r.Time)), Escape($"{r.Actor} {r.Address}"), Escape(r.Action), Code(r.Uuid), Escape(r.Reason ?? "")]);

    private static string Newest(LineView view) => Table(
        view.Newest, "No device was registered.", ["Time", "Device", "Group", "Production", "By"],
        d => [Time(d.Time), Device(d.Name, d.Uuid), Escape(d.Group ?? "–"), d.Production ? "yes" : "no", Escape(d.Actor)]);

    private static string Reports(LineView view, ScreenSession session) => Table(
        view.NotReported, "None was.", ["Device", "What", "Since", "The answer", "Again"],
        m => [Code(m.Uuid), Escape(m.Topic), Time(m.Created), Escape(m.Answer ?? ""), Retry(m, session)]);

    private static string Retry(OutboxMessage message, ScreenSession session) => $"""
        <form method="post" action="/retry">{FormToken(session)}<input type="hidden" name="number" value="{message.Number}">
        <button type="submit" class="quiet" aria-label="Send the report of {Escape(message.Uuid)} again">Send again</button></form>
        """;

    private static string Ending(LineView view) => Table(
        view.Ending, "None does.", ["Ends", "Device"], c => [Time(c.NotAfter), Device(c.Name, c.Uuid)]);

    private static string Table<T>(IReadOnlyList<T> rows, string none, string[] head, Func<T, string[]> cells) => rows.Count == 0
        ? $"<p>{none}</p>"
        : $"""
          <div class="wide" tabindex="0" role="group" aria-label="{rows.Count} rows"><table>
          <thead><tr>{string.Concat(head.Select(cell => $"<th scope=\"col\">{cell}</th>"))}</tr></thead>
          <tbody>{string.Concat(rows.Select(row => $"<tr>{string.Concat(cells(row).Select(cell => $"<td>{cell}</td>"))}</tr>\n"))}</tbody>
          </table></div>
          """;

    private static string Device(string name, string uuid) => name == uuid ? Code(uuid) : $"{Escape(name)}<br>{Code(uuid)}";

    private static string Code(string? text) => text is null ? "–" : $"<code>{Escape(text)}</code>";

    private static string Time(DateTimeOffset time) => string.Create(
        CultureInfo.InvariantCulture, $"<time datetime=\"{time:yyyy-MM-dd'T'HH:mm:ss'Z'}\">{time:yyyy-MM-dd HH:mm:ss'Z'}</time>");

    private static string FormToken(ScreenSession session) => $"<input type=\"hidden\" name=\"form\" value=\"{session.FormToken}\">";

    private static string Alert(string? problem) => problem is null ? "" : $"<p class=\"alert\" role=\"alert\">{Escape(problem)}</p>";

    private string Frame(string title, string head, string body) =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title} – {Escape(factory)}</title>
        <link rel="stylesheet" href="/screen.css">
        <link rel="icon" href="/screen.svg" type="image/svg+xml">
        {head}
        </head>
        <body>
        {body}
        </body>
        </html>

        """;

    private static string Escape(string text) => HtmlEncoder.Default.Encode(text);
}

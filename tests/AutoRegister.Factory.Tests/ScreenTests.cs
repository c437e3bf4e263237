using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoRegister.Factory.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>The line's screen, in Chromium and by hand, and the metrics beside it.</summary>
public sealed class ScreenTests : IAsyncLifetime
{
    private const string Password = "correct horse battery staple";
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("screen-");
    private ServeProcess server = null!;
    private HttpClient client = null!;

    public async Task InitializeAsync()
    {
        string file = Path.Combine(home.FullName, "password");
        await File.WriteAllTextAsync(file, Password + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        server = await ServeProcess.StartAsync(settings =>
        {
            settings["Admin"] = new JsonObject { ["Listen"] = "127.0.0.1:0", ["PasswordFile"] = file };
            settings["Devices"]!["Admission"] = "Pending";
        });
        client = server.Client();
    }

    [Fact]
    public async Task A_person_in_a_browser_sees_a_device_wait_and_accepts_it()
    {
        using var device = new TestDevice();
        using var other = new TestDevice();
        using (HttpResponseMessage waits = await server.RegisterAsync(client, device))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, waits.StatusCode);
        }

        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", $"--host-resolver-rules=MAP {FioctlFolder.Host} 127.0.0.1"],
        });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { IgnoreHTTPSErrors = true, ViewportSize = new ViewportSize { Width = 1100, Height = 900 } });
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, message) => complaints.Add(message);

        await page.GotoAsync(server.Screen.AbsoluteUri);
        await page.GetByLabel("Your name, for the audit").FillAsync("Ada Lovelace");
        await page.GetByLabel("Password of this screen").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await page.GetByText("Devices can be registered.").WaitForAsync();

        // What comes while the page is open appears by itself.
        (await server.RegisterAsync(client, other)).Dispose();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Refuse {other.Uuid}" }).WaitForAsync();

        await page.GetByRole(AriaRole.Status).GetByText("One more device waits to be accepted.").WaitForAsync(new() { State = WaitForSelectorState.Attached });

        // By the keyboard alone.
        await page.GetByRole(AriaRole.Button, new() { Name = $"Accept {device.Uuid}" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(server.Screen.AbsoluteUri);
        await page.GetByRole(AriaRole.Button, new() { Name = $"Accept {device.Uuid}" }).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        using (HttpResponseMessage accepted = await server.RegisterAsync(client, device))
        {
            Assert.Equal(HttpStatusCode.Created, accepted.StatusCode);
        }

        await page.GetByRole(AriaRole.Status).GetByText("One device was registered.").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await page.GetByRole(AriaRole.Region, new() { Name = "Registered lately" }).GetByText(device.Uuid).WaitForAsync();
        if (Environment.GetEnvironmentVariable("SCREENSHOT") is { Length: > 0 } picture)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = picture });
        }

        Assert.Empty(complaints);
        Assert.Equal(["banner", "main"], await page.EvaluateAsync<string[]>("[...document.body.children].flatMap(e => e.tagName === 'HEADER' ? ['banner'] : e.tagName === 'MAIN' ? ['main'] : [])"));
        Assert.Contains("screen Ada Lovelace", await server.RunAsync("audit", "export"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_session_nothing_is_shown_or_done()
    {
        using var device = new TestDevice();
        (await server.RegisterAsync(client, device)).Dispose();
        using HttpResponseMessage page = await client.GetAsync(server.Screen);
        Assert.DoesNotContain(device.Uuid, await page.TextAsync(), StringComparison.Ordinal);
        using HttpResponseMessage decided = await PostAsync("decide", null, ("decision", "accept"), ("uuid", device.Uuid), ("key", new string('0', 64)));
        Assert.Equal(HttpStatusCode.Forbidden, decided.StatusCode);
        Assert.DoesNotContain("unsafe-inline", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_needs_the_session_s_token_its_own_origin_and_the_key_that_was_seen()
    {
        using var device = new TestDevice();
        (await server.RegisterAsync(client, device)).Dispose();
        string cookie = await LogInAsync();
        string html = await PageAsync(cookie);
        string token = Hidden("form").Match(html).Groups[1].Value;
        string key = Hidden("key").Match(html).Groups[1].Value;
        (string, string)[] decision = [("decision", "accept"), ("uuid", device.Uuid), ("key", key)];

        using HttpResponseMessage without = await PostAsync("decide", cookie, decision);
        Assert.Equal(HttpStatusCode.Forbidden, without.StatusCode);
        using HttpResponseMessage foreign = await PostAsync("decide", cookie, [.. decision, ("form", token), ("Origin", "https://evil.example")]);
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        using HttpResponseMessage another = await PostAsync("decide", cookie, ("decision", "accept"), ("uuid", device.Uuid), ("key", new string('0', 64)), ("form", token));
        Assert.Equal(HttpStatusCode.Conflict, another.StatusCode);
        using HttpResponseMessage done = await PostAsync("decide", cookie, [.. decision, ("form", token)]);
        Assert.Equal(HttpStatusCode.SeeOther, done.StatusCode);

        using HttpResponseMessage loggedOut = await PostAsync("logout", cookie, ("form", token));
        Assert.Equal(HttpStatusCode.SeeOther, loggedOut.StatusCode);
        Assert.Contains("Log in", await PageAsync(cookie), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_passwords_are_limited_even_when_the_right_one_follows()
    {
        for (int i = 0; i < 10; i++)
        {
            using HttpResponseMessage wrong = await PostAsync("login", null, ("person", "Eve"), ("password", $"guess {i}"));
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        }

        using HttpResponseMessage limited = await PostAsync("login", null, ("person", "Eve"), ("password", Password));
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        Assert.NotNull(limited.Headers.RetryAfter);
        Assert.Contains("wrong password", await server.RunAsync("audit", "export"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_is_for_this_host_alone_and_no_script_sees_it()
    {
        using HttpResponseMessage response = await PostAsync("login", null, ("person", "Ada"), ("password", Password));
        string cookie = response.Headers.GetValues("Set-Cookie").Single();
        Assert.Matches("^__Host-[^;]+; path=/; secure; samesite=strict; httponly$", cookie);
    }

    [Fact]
    public async Task Metrics_count_what_happens()
    {
        using var device = new TestDevice();
        (await server.RegisterAsync(client, device)).Dispose();
        using (await client.PostAsync(server.Registration, device.Body(), ("OSF-TOKEN", "wrong")))
        {
            // Refused.
        }

        await server.RunAsync("devices", "accept", device.Uuid);
        (await server.RegisterAsync(client, device)).Dispose();
        string metrics = await (await client.GetAsync(new Uri(server.Screen, "/metrics"))).TextAsync();
        Assert.Matches("(?m)^lmp_factory_registrations_total\\{.*outcome=\"issued\".*\\} 1", metrics);
        Assert.Matches("(?m)^lmp_factory_registrations_total\\{.*outcome=\"refused\".*\\} 2", metrics);
        Assert.Matches("(?m)^lmp_factory_refusals_total\\{.*kind=\"Unauthenticated\".*\\} 1", metrics);
        Assert.Matches("(?m)^lmp_factory_refusals_total\\{.*kind=\"Pending\".*\\} 1", metrics);
        Assert.Matches("(?m)^lmp_factory_registration_duration_seconds_count(\\{.*\\})? 1", metrics);
        Assert.Matches("(?m)^lmp_factory_ca_key_ready(\\{.*\\})? 1", metrics);
        Assert.Matches("(?m)^lmp_factory_claims_open(\\{.*\\})? 0", metrics);
        Assert.Matches("(?m)^lmp_factory_certificate_not_after_seconds\\{.*of=\"device CA\".*\\} [1-9]\\d{9}", metrics);
        Assert.Matches("(?m)^lmp_factory_ledger_commits_total\\{.*outcome=\"committed\".*\\} [1-9]", metrics);
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        home.Delete(recursive: true);
    }

    private async Task<string> LogInAsync()
    {
        using HttpResponseMessage response = await PostAsync("login", null, ("person", "Ada"), ("password", Password));
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private async Task<string> PageAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Screen);
        request.Headers.Add("Cookie", cookie);
        using HttpResponseMessage response = await client.SendAsync(request);
        return await response.TextAsync();
    }

    private Task<HttpResponseMessage> PostAsync(string path, string? cookie, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Screen, path))
        {
            Content = new FormUrlEncodedContent(fields.Where(field => field.Name != "Origin").ToDictionary(field => field.Name, field => field.Value)),
        };
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        foreach ((string _, string? origin) in fields.Where(field => field.Name == "Origin"))
        {
            request.Headers.Add("Origin", origin);
        }

        return client.SendAsync(request);
    }

    private static Regex Hidden(string name) => new($"name=\"{name}\" value=\"([^\"]+)\"");
}

using System.Net;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

[Collection(SharedFactoryTests.Name)]
public sealed class ApprovalPageTests(SharedFactory shared)
{
    private readonly FactoryProcess factory = shared.Process;
    private readonly HttpClient client = shared.Client;

    [Fact]
    public async Task It_asks_for_a_code_with_a_labelled_field_and_no_script()
    {
        using HttpResponseMessage response = await client.GetAsync(factory.Approval);
        string html = await response.TextAsync();
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<html lang=\"en\">", html, StringComparison.Ordinal);
        Assert.Contains("<label for=\"user_code\">", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_is_found_however_it_is_typed()
    {
        OAuthDevice grant = await OAuthDevice.StartAsync(client, factory, Guid.NewGuid().ToString());
        string typed = grant.UserCode.Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant();
        using HttpResponseMessage response = await client.GetAsync(new Uri(factory.Approval + "?user_code=" + Uri.EscapeDataString(typed)));
        Assert.Contains(grant.Uuid, await response.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_from_outside_is_escaped()
    {
        using HttpResponseMessage response = await client.GetAsync(new Uri(factory.Approval + "?user_code=" + Uri.EscapeDataString("\"><img src=x onerror=alert(1)>")));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.DoesNotContain("<img", await response.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_from_another_site_decides_nothing()
    {
        OAuthDevice grant = await OAuthDevice.StartAsync(client, factory, Guid.NewGuid().ToString());
        var person = new Person(client);
        (Dictionary<string, string>? fields, string? cookie) = await person.OpenAsync(grant.CompleteUri);
        Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);

        fields["decision"] = "approve";
        using HttpResponseMessage noCookie = await person.SendAsync(grant.CompleteUri, fields, null);
        Assert.Equal(HttpStatusCode.Forbidden, noCookie.StatusCode);
        using HttpResponseMessage otherToken = await person.SendAsync(grant.CompleteUri, new(fields) { ["form"] = new string('0', 64) }, cookie);
        Assert.Equal(HttpStatusCode.Forbidden, otherToken.StatusCode);
        Assert.Equal("authorization_pending", await grant.PollErrorAsync(client, factory));
    }

    [Fact]
    public async Task A_decision_is_final()
    {
        OAuthDevice grant = await OAuthDevice.StartAsync(client, factory, Guid.NewGuid().ToString());
        var person = new Person(client);
        (Dictionary<string, string>? fields, string? cookie) = await person.OpenAsync(grant.CompleteUri);
        using HttpResponseMessage denied = await person.SendAsync(grant.CompleteUri, new(fields) { ["decision"] = "deny" }, cookie);
        using HttpResponseMessage approved = await person.SendAsync(grant.CompleteUri, new(fields) { ["decision"] = "approve" }, cookie);
        Assert.Equal(HttpStatusCode.OK, denied.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, approved.StatusCode);
        Assert.Equal("access_denied", await grant.PollErrorAsync(client, factory));
    }
}

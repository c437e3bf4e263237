using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>Somebody with a browser: opens the page, keeps its cookie, presses a button of its form.</summary>
public sealed partial class Person(HttpClient client)
{
    /// <summary>Opens a device's page; returns its form's hidden fields and its cookie.</summary>
    public async Task<(Dictionary<string, string> Fields, string Cookie)> OpenAsync(Uri page)
    {
        using HttpResponseMessage response = await client.GetAsync(page);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string html = await response.TextAsync();
        var fields = Hidden().Matches(html).ToDictionary(match => match.Groups[1].Value, match => WebUtility.HtmlDecode(match.Groups[2].Value));
        return (fields, response.Headers.GetValues("Set-Cookie").Single());
    }

    /// <summary>Opens a device's page and presses a button.</summary>
    public async Task<HttpResponseMessage> DecideAsync(Uri page, string decision)
    {
        (Dictionary<string, string>? fields, string? cookie) = await OpenAsync(page);
        return await SendAsync(page, new Dictionary<string, string>(fields) { ["decision"] = decision }, cookie);
    }

    /// <summary>Sends a form to the page.</summary>
    public Task<HttpResponseMessage> SendAsync(Uri page, Dictionary<string, string> fields, string? cookie)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, page.GetLeftPart(UriPartial.Path)) { Content = new FormUrlEncodedContent(fields) };
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie.Split(';')[0]);
        }

        return client.SendAsync(request);
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]*)">""")]
    private static partial Regex Hidden();
}

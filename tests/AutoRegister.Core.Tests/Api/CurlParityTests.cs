using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using AutoRegister.Core.Api;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>
/// Every row of the table of proxy rules in <c>docs/options.md</c>, against the real curl: the same variables, the same URL, and a proxy
/// that writes down who asked it for what. Nothing here leaves this machine: names resolve to an address that cannot be connected to.
/// </summary>
public sealed class CurlParityTests
{
    // A broadcast and a multicast address: a connection to them fails at once on every machine.
    private const string Nowhere = "255.255.255.255";
    private const string Api = "https://api.test/x";

    [Theory]
    [InlineData("https_proxy=http://{P}", Api, "CONNECT api.test:443")]
    [InlineData("HTTPS_PROXY=http://{P}", Api, "CONNECT api.test:443")]
    [InlineData("https_proxy=http://{P} HTTPS_PROXY=http://{O}", Api, "CONNECT api.test:443")]
    [InlineData("https_proxy= HTTPS_PROXY=http://{P}", Api, "CONNECT api.test:443")]
    [InlineData("http_proxy=http://{P}", Api, "")]
    [InlineData("http_proxy=http://{P}", "http://api.test/x", "HTTP http://api.test/x")]
    [InlineData("HTTP_PROXY=http://{P}", "http://api.test/x", "")]
    [InlineData("https_proxy=http://{P}", "http://api.test/x", "")]
    [InlineData("all_proxy=http://{P}", Api, "CONNECT api.test:443")]
    [InlineData("ALL_PROXY=http://{P}", Api, "CONNECT api.test:443")]
    [InlineData("ALL_PROXY=http://{P}", "http://api.test/x", "HTTP http://api.test/x")]
    [InlineData("all_proxy=http://{P} ALL_PROXY=http://{O}", Api, "CONNECT api.test:443")]
    [InlineData("https_proxy=http://{P} all_proxy=http://{O}", Api, "CONNECT api.test:443")]
    [InlineData("HTTPS_PROXY=http://{P} all_proxy=http://{O}", Api, "CONNECT api.test:443")]
    public Task TheVariableThatCounts(string variables, string url, string seen) => AlikeAsync(variables, url, seen);

    [Theory]
    [InlineData("{P}", "CONNECT api.test:443")]
    [InlineData("HTTP://{P}", "CONNECT api.test:443")]
    [InlineData("localhost:{PORT}", "CONNECT api.test:443")]
    [InlineData("[::1]:{PORT}", "CONNECT api.test:443")]
    [InlineData("http://{P}/path?query", "CONNECT api.test:443")]
    [InlineData("https://{P}", "TLS")]
    [InlineData("socks4://{P}", "SOCKS4 255.255.255.255:443")]
    [InlineData("socks://{P}", "SOCKS4 255.255.255.255:443")]
    [InlineData("socks4a://{P}", "SOCKS4 api.test:443")]
    [InlineData("socks5://{P}", "SOCKS5 255.255.255.255:443")]
    [InlineData("socks5h://{P}", "SOCKS5 api.test:443")]
    [InlineData("SOCKS5H://{P}", "SOCKS5 api.test:443")]
    public Task TheScheme(string proxy, string seen) => AlikeAsync($"https_proxy={proxy}", Api, seen);

    [Theory]
    [InlineData("http://user:sesame@{P}", "user:sesame")]
    [InlineData("user:sesame@{P}", "user:sesame")]
    [InlineData("http://user:p%40s%3As%2F%23@{P}", "user:p@s:s/#")]
    [InlineData("http://user:p%zz+s@{P}", "user:p%zz+s")]
    [InlineData("http://user:s%C3%A4same@{P}", "user:säsame")]
    [InlineData("http://user:säsame@{P}", "user:säsame")]
    [InlineData("http://user@{P}", "user:")]
    [InlineData("http://user:a:b@{P}", "user:a:b")]
    public async Task UserNameAndPassword(string proxy, string credential)
    {
        await AlikeAsync($"https_proxy={proxy}", Api, $"CONNECT api.test:443 {credential}", "HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
        await AlikeAsync($"https_proxy={(proxy.StartsWith("http", StringComparison.Ordinal) ? proxy.Replace("http:", "socks5h:", StringComparison.Ordinal) : $"socks5h://{proxy}")}", Api, $"SOCKS5 api.test:443 {credential}");
    }

    [Theory]
    [InlineData("*", Api, true)]
    [InlineData("*,", Api, false)]
    [InlineData("a,*", Api, false)]
    [InlineData("*.test", Api, false)]
    [InlineData("api.test", Api, true)]
    [InlineData("API.Test", Api, true)]
    [InlineData(".api.test", Api, true)]
    [InlineData("test", Api, true)]
    [InlineData(".test", Api, true)]
    [InlineData("pi.test", Api, false)]
    [InlineData("..test", Api, false)]
    [InlineData("api.test.", Api, true)]
    [InlineData("api.test", "https://api.test./x", true)]
    [InlineData(".", Api, false)]
    [InlineData("api.test:443", Api, false)]
    [InlineData("a,b,api.test", Api, true)]
    [InlineData("a b\tapi.test", Api, true)]
    [InlineData("a,, api.test ", Api, true)]
    [InlineData("255.0.0.0/8", Api, false)]
    [InlineData("255.255.255.255", "https://255.255.255.255/", true)]
    [InlineData("255.255.255.0/24", "https://255.255.255.255/", true)]
    [InlineData("255.255.255.9/24", "https://255.255.255.255/", true)]
    [InlineData("255.255.255.254/31", "https://255.255.255.255/", true)]
    [InlineData("255.255.255.255/32", "https://255.255.255.255/", true)]
    [InlineData("255.255.254.0/24", "https://255.255.255.255/", false)]
    [InlineData("255.255.255.0/33", "https://255.255.255.255/", false)]
    [InlineData("255.255.255.0/-1", "https://255.255.255.255/", false)]
    [InlineData("255.255.255.0/x", "https://255.255.255.255/", false)]
    [InlineData("255.255.255.0/0", "https://255.255.255.255/", false)]
    [InlineData("0.0.0.0/0", "https://255.255.255.255/", false)]
    [InlineData("255.255.255.255/", "https://255.255.255.255/", true)]
    [InlineData("255.255.255", "https://255.255.255.255/", false)]
    [InlineData(".255", "https://255.255.255.255/", false)]
    [InlineData("255.255.255.255:443", "https://255.255.255.255/", false)]
    [InlineData("*", "https://[ff02::1]/", true)]
    [InlineData("ff02::1", "https://[ff02::1]/", true)]
    [InlineData("[ff02::1]", "https://[ff02::1]/", false)]
    [InlineData("ff02::2", "https://[ff02::1]/", false)]
    public Task WhatNoProxyExcludes(string list, string url, bool excluded) => AlikeAsync("https_proxy=http://{P}", url, excluded ? string.Empty : $"CONNECT {Place(url)}", noProxy: list);

    [Theory]
    [InlineData("no_proxy=x NO_PROXY=api.test", "CONNECT api.test:443")]
    [InlineData("no_proxy=api.test NO_PROXY=x", "")]
    [InlineData("no_proxy= NO_PROXY=api.test", "")]
    public Task WhichNoProxyCounts(string variables, string seen) => AlikeAsync("https_proxy=http://{P} " + variables, Api, seen);

    /// <summary>Where the versions of curl differ: Debian 12's 7.88 compares IPv6 as text, later ones as addresses, and so do we.</summary>
    [Theory]
    [InlineData("FF02:0::1")]
    [InlineData("ff02::/16")]
    [InlineData("ff02::/127")]
    public async Task NetworksOfIpv6AreThoseOfLaterCurls(string list)
    {
        await using var proxy = new RecordingProxy();
        Dictionary<string, string> environment = new() { ["https_proxy"] = $"http://127.0.0.1:{proxy.Port}", ["no_proxy"] = list };
        await OursAsync(environment, "https://[ff02::1]/");
        Assert.Empty(proxy.Seen);
        if (await CurlVersionAsync() < new Version(8, 0))
        {
            await CurlAsync(environment, "https://[ff02::1]/");
            Assert.Equal("CONNECT [ff02::1]:443", Assert.Single(proxy.Seen));
        }
    }

    /// <summary>Not as curl, on purpose: what is sent to loopback stays on this machine.</summary>
    [Theory]
    [InlineData("https://localhost:1/", "", "")]
    [InlineData("https://127.0.0.1:1/", "", "")]
    [InlineData("https://127.9.9.9:1/", "x", "")]
    [InlineData("https://[::1]:1/", "", "")]
    [InlineData("https://[::ffff:127.0.0.1]:1/", "", "")]
    [InlineData("https://localhost:1/", "<-loopback>", "CONNECT localhost:1")]
    [InlineData("https://127.0.0.1:1/", "a,<-loopback>", "CONNECT 127.0.0.1:1")]
    [InlineData("https://127.0.0.1:1/", "127.0.0.0/8,<-loopback>", "")]
    [InlineData("https://sub.localhost:1/", "", "CONNECT sub.localhost:1")]
    [InlineData("https://localhost.:1/", "", "CONNECT localhost.:1")]
    public async Task LoopbackIsReachedWithoutAProxyUnlessItIsAskedFor(string url, string list, string seen)
    {
        await using var proxy = new RecordingProxy();
        await OursAsync(new() { ["ALL_PROXY"] = $"http://127.0.0.1:{proxy.Port}", ["NO_PROXY"] = list }, url);
        Assert.Equal(seen, string.Join('|', proxy.Seen.Distinct()));
    }

    [Theory]
    [InlineData("http://user:sesame@ss@{P}")]
    [InlineData("http://user:se/same@{P}")]
    [InlineData("http://user:1/sesame@{P}")]
    [InlineData("http://user:sesame#@{P}")]
    [InlineData("ftp://user:sesame@{P}")]
    [InlineData("http://user:sesame@127.0.0.1:99999")]
    [InlineData("http://user:sesame@127.0.0.1:x")]
    [InlineData("http:127.0.0.1:1")]
    [InlineData("//user:sesame@{P}")]
    [InlineData(" http://user:sesame@{P}")]
    [InlineData("http://user:sesame@{P} ")]
    [InlineData("http://user:sesame@")]
    [InlineData("http://user:sesame@[x]:1")]
    [InlineData("http://user:sesame@:3128")]
    [InlineData("http://user:sesame%0A@{P}")]
    [InlineData("http://")]
    public async Task WhatIsNoProxyUrlIsAnErrorThatDoesNotShowIt(string value)
    {
        await using var proxy = new RecordingProxy();
        Dictionary<string, string> environment = new() { ["https_proxy"] = value.Replace("{P}", $"127.0.0.1:{proxy.Port}", StringComparison.Ordinal) };
        AutoRegisterException error = await OursAsync(environment, Api);
        Assert.Equal(ErrorId.ProxyInvalid, error.Id);
        Assert.Contains("https_proxy", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", error.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(0, await CurlAsync(environment, Api));
        Assert.Empty(proxy.Seen);
    }

    /// <summary>Ours alone: bytes that are no UTF-8 cannot be sent as .NET sends them, and would be another password.</summary>
    [Fact]
    public async Task APasswordThatIsNoUtf8IsAnError() =>
        Assert.Equal(ErrorId.ProxyInvalid, (await OursAsync(new() { ["https_proxy"] = "http://user:s%E4same@127.0.0.1:1" }, Api)).Id);

    [Theory]
    [InlineData("http://proxy.test", 1080)]
    [InlineData("http://proxy.test:", 1080)]
    [InlineData("proxy.test", 1080)]
    [InlineData("socks5://proxy.test", 1080)]
    [InlineData("https://proxy.test", 443)]
    public void ThePortWithoutAPort(string value, int port) => Assert.Equal(port, ProxyUrl.Parse("x", value).Port);

    private static string Place(string url) => new Uri(url) is var uri && uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.IdnHost}]:443" : $"{uri.IdnHost}:443";

    private static async Task AlikeAsync(string variables, string url, string seen, string answer = "", string? noProxy = null)
    {
        await using var proxy = new RecordingProxy(answer);
        string text = variables.Replace("{P}", $"127.0.0.1:{proxy.Port}", StringComparison.Ordinal)
            .Replace("{PORT}", proxy.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{O}", "127.0.0.1:1", StringComparison.Ordinal);
        var environment = text.Split(' ').Select(part => part.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        if (noProxy is not null)
        {
            environment["no_proxy"] = noProxy;
        }

        await CurlAsync(environment, url);
        string curl = Last(proxy);
        Assert.Equal(seen, curl);
        proxy.Seen.Clear();
        await OursAsync(environment, url);
        Assert.Equal(curl, Last(proxy));
    }

    // A client may ask again once it is told 407; the method of plain http is of no interest.
    private static string Last(RecordingProxy proxy) => Regex.Replace(proxy.Seen.LastOrDefault(string.Empty), "^(GET|HEAD) ", "HTTP ");

    private static async Task<AutoRegisterException> OursAsync(Dictionary<string, string> environment, string url)
    {
        var dialer = new Dialer(new ProxyVariables(environment.GetValueOrDefault), (host, stop) => host.EndsWith("test", StringComparison.Ordinal) || host.EndsWith("test.", StringComparison.Ordinal)
            ? Task.FromResult<IPAddress[]>([IPAddress.Parse(Nowhere)])
            : HostNames.ResolveAsync(host, stop));
        using var client = new RegistrationClient(dialer);
        return await Assert.ThrowsAsync<AutoRegisterException>(() => client.PingAsync(new Uri(url), CancellationToken.None));
    }

    private static async Task<int> CurlAsync(Dictionary<string, string> environment, string url)
    {
        string[] names = ["api.test:443", "api.test:80", "api.test.:443"];
        var start = new ProcessStartInfo("curl", ["--silent", "--output", "/dev/null", "--connect-timeout", "20", .. names.SelectMany(name => new[] { "--resolve", $"{name}:{Nowhere}" }), url]);
        start.Environment.Clear();
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process curl = Process.Start(start)!;
        await curl.WaitForExitAsync();
        return curl.ExitCode;
    }

    private static async Task<Version> CurlVersionAsync()
    {
        using Process curl = Process.Start(new ProcessStartInfo("curl", "--version") { RedirectStandardOutput = true })!;
        string said = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        return Version.Parse(said.Split(' ')[1]);
    }
}

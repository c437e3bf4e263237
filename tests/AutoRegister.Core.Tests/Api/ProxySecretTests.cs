using System.Net;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Diagnosis;
using AutoRegister.Core.Diagnosis.Checks;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>A marked password goes through every message about proxies, URLs and headers, and comes out of none.</summary>
public sealed class ProxySecretTests
{
    private const string Password = "sesame-4711";

    public static TheoryData<string, string> Answers { get; } = new()
    {
        { "http", "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n" },
        { "http", "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n" },
        { "http", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n" },
        { "http", "HTTP/1.1 502 Bad\r\nContent-Length: 0\r\nX: \u001b[2J\r\n\r\n" },
        { "http", "no HTTP at all\r\n\r\n" },
        { "http", string.Empty },
        { "https", string.Empty },
        { "socks4", string.Empty },
        { "socks4a", string.Empty },
        { "socks5", string.Empty },
        { "socks5h", string.Empty },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task NoFailureOfAProxyShowsIt(string scheme, string answer)
    {
        await using var proxy = new RecordingProxy(answer);
        foreach (string variable in (string[])["https_proxy", "ALL_PROXY"])
        {
            foreach (string secret in (string[])[Password, Password.Replace("-", "%2D", StringComparison.Ordinal)])
            {
                foreach (string prefix in scheme == "http" ? (string[])["http://", string.Empty] : [$"{scheme}://"])
                {
                    AutoRegisterException error = await FailAsync(variable, $"{prefix}user:{secret}@127.0.0.1:{proxy.Port}");
                    Assert.Equal(FailureSort.TryAgain, error.Sort);
                    AssertClean(error);
                }
            }
        }
    }

    [Fact]
    public async Task NorOneThatIsNotThere() => AssertClean(await FailAsync("https_proxy", $"http://user:{Password}@127.0.0.1:1"));

    [Fact]
    public async Task NorOneWhoseNameIsUnknown() => AssertClean(await FailAsync("https_proxy", $"http://user:{Password}@proxy.invalid:3128"));

    [Fact]
    public async Task ARefusalNamesTheProxy()
    {
        await using var proxy = new RecordingProxy("HTTP/1.1 407 no\r\nContent-Length: 0\r\n\r\n");
        AutoRegisterException error = await FailAsync("https_proxy", $"http://user:{Password}@127.0.0.1:{proxy.Port}");
        Assert.Equal(ErrorId.ProxyRefused, error.Id);
        Assert.Contains($"127.0.0.1:{proxy.Port}", error.Message, StringComparison.Ordinal);
        Assert.Contains("407", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('"', error.Message);
    }

    [Theory]
    [InlineData("http://user:sesame-4711@127.0.0.1:3128", "http://127.0.0.1:3128 for api.test (https_proxy)")]
    [InlineData("socks5h://user:sesame-4711@proxy.test", "socks5h://proxy.test:1080 for api.test (https_proxy)")]
    public async Task TheDoctorNamesTheProxyWithoutIt(string value, string seen)
    {
        CheckResult found = await DoctorAsync(value);
        Assert.Equal((CheckStatus.Passed, seen), (found.Status, found.Seen));
    }

    [Fact]
    public async Task TheDoctorSaysThatAVariableIsNoProxy()
    {
        CheckResult found = await DoctorAsync($"http://user:{Password}@@");
        Assert.Equal(CheckStatus.Failed, found.Status);
        Assert.DoesNotContain(Password, found.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("see http://user:sesame-4711@proxy:3128/ for it", "see http://proxy:3128/ for it")]
    [InlineData("'socks5h://user:sesame-4711@proxy'", "'socks5h://proxy'")]
    [InlineData("http://a:b@c http://user:sesame-4711@proxy", "http://c http://proxy")]
    [InlineData("http://user:se@sesame-4711@proxy", "http://proxy")]
    [InlineData("https://host/users/@me?x=a@b", "https://host/users/@me?x=a@b")]
    public void NoUrlIsPrintedWithUserInformation(string text, string shown)
    {
        Assert.Equal(shown, Printable.Line(text));
        Assert.Equal(shown, Printable.Text(text));
        Assert.Equal(shown, new AutoRegisterException(ErrorId.ServerUnexpected, text).Message);
        AssertClean(new AutoRegisterException(ErrorId.ServerUnexpected, "x", text, null, new IOException("y", new IOException(text))));
    }

    [Theory]
    [InlineData("https://user:sesame-4711@portal.example/")]
    [InlineData("http://user:sesame-4711@portal.example/login?x=1")]
    public void ARedirectIsShownWithoutIt(string location)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Found);
        response.Headers.Location = new Uri(location);
        AssertClean(HttpErrors.FromAnswer(new Uri("https://api.test/"), response, string.Empty));
    }

    private static async Task<CheckResult> DoctorAsync(string value)
    {
        Dictionary<string, string> environment = new() { ["https_proxy"] = value, ["DEVICE_API"] = "https://api.test/" };
        using var doctor = new Doctor(new DiagnosisOptions { Variable = environment.GetValueOrDefault }, SilentObserver.Instance);
        return await doctor.RunAsync(6, CancellationToken.None);
    }

    private static async Task<AutoRegisterException> FailAsync(string variable, string value)
    {
        var dialer = new Dialer(new ProxyVariables(name => name == variable ? value : null), (host, stop) =>
            host == "api.test" ? Task.FromResult<IPAddress[]>([IPAddress.Parse("255.255.255.255")]) : HostNames.ResolveAsync(host, stop));
        using var client = new RegistrationClient(dialer);
        return await Assert.ThrowsAsync<AutoRegisterException>(() => client.PingAsync(new Uri("https://api.test/ota/"), CancellationToken.None));
    }

    private static void AssertClean(AutoRegisterException error)
    {
        Assert.DoesNotContain("sesame", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", $"{error.Target}", StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', error.ToString());
    }
}

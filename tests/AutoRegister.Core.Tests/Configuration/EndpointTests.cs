using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>The servers' URLs, and where plain http may go.</summary>
public sealed class EndpointTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData("https://api.example/ota/devices/")]
    [InlineData("https://127.0.0.1:8443/sign")]
    [InlineData("http://127.0.0.1/sign")]
    [InlineData("http://127.9.9.9/sign")]
    [InlineData("http://localhost:8080/sign")]
    [InlineData("http://LOCALHOST/sign")]
    [InlineData("http://[::1]/sign")]
    [InlineData("http://127.255.255.254/sign")]
    [InlineData("http://[::ffff:127.9.9.9]/sign")]
    [InlineData("http://[::ffff:127.0.0.1]/sign")]
    public void Accepted_silently(string url)
    {
        Assert.Equal(new Uri(url), device.Set("DEVICE_API", url).Read().DeviceApi);
        Assert.Empty(device.Observer.Warnings);
    }

    [Theory]
    [InlineData("http://10.0.0.1/sign")]
    [InlineData("http://172.16.0.1/sign")]
    [InlineData("http://172.31.255.255/sign")]
    [InlineData("http://192.168.1.10:8080/sign")]
    [InlineData("http://169.254.1.1/sign")]
    [InlineData("http://[fd00::1]/sign")]
    [InlineData("http://[fc00::1]/sign")]
    [InlineData("http://[fe80::1]/sign")]
    [InlineData("http://[::ffff:10.0.0.1]/sign")]
    public void Accepted_with_a_warning(string url)
    {
        device.Set("DEVICE_API", url).Read();
        Assert.Contains("in the clear", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://8.8.8.8/sign")]
    [InlineData("http://172.15.0.1/sign")]
    [InlineData("http://172.32.0.1/sign")]
    [InlineData("http://192.169.0.1/sign")]
    [InlineData("http://0.0.0.0/sign")]
    [InlineData("http://[2001:db8::1]/sign")]
    [InlineData("http://[::ffff:8.8.8.8]/sign")]
    [InlineData("http://factory.local/sign")]
    [InlineData("http://localhost.example/sign")]
    [InlineData("http://factory.localhost/sign")]
    [InlineData("http://evil.localhost:8080/sign")]
    [InlineData("http://localhost./sign")]
    [InlineData("http://127.0.0.1.example/sign")]
    [InlineData("http://[::127.0.0.1]/sign")]
    [InlineData("http://10.0.0.1.example/sign")]
    public void Refused_unless_allowed(string url)
    {
        device.Set("DEVICE_API", url);
        Assert.Contains("ALLOW_PLAIN_HTTP=1", device.Fail(ErrorId.PlainHttpRefused).RecommendedAction, StringComparison.Ordinal);
        device.Fail(ErrorId.PlainHttpRefused, new() { AllowPlainHttp = false });
        device.Read(new() { AllowPlainHttp = true });
        Assert.Single(device.Observer.Warnings);
        device.Set("ALLOW_PLAIN_HTTP", "0").Fail(ErrorId.PlainHttpRefused);
        device.Set("ALLOW_PLAIN_HTTP", "1").Read();
        Assert.Equal(2, device.Observer.Warnings.Count);
    }

    [Theory]
    [InlineData("api.example")]
    [InlineData("/sign")]
    [InlineData("ftp://api.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://")]
    [InlineData("https:///sign")]
    [InlineData("https://api.example/a b")]
    [InlineData(" https://api.example/")]
    [InlineData("https://api.example\\sign")]
    [InlineData("https://api.example/\r\nX: y")]
    [InlineData("https://user:sesame@api.example/")]
    [InlineData("https://sesame@api.example/")]
    [InlineData("https://api.example/#x")]
    public void Not_a_URL_to_register_at(string url)
    {
        Assert.DoesNotContain("sesame", device.Fail(ErrorId.DeviceApiInvalid, new() { DeviceApi = url }).ToString(), StringComparison.Ordinal);
        device.Fail(ErrorId.DeviceApiInvalid, new() { OAuthBase = url });
        Assert.Contains("OAUTH_BASE", device.Set("OAUTH_BASE", url).Fail(ErrorId.DeviceApiInvalid).Message, StringComparison.Ordinal);
    }
}

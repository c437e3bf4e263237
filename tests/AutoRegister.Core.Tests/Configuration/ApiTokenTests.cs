using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>CONTRACT 1: the API token.</summary>
public sealed class ApiTokenTests : IDisposable
{
    private const string TokenPath = "/etc/lmp-device-register-token";
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData("abc", "abc", 1)]
    [InlineData("abc\r\n", "abc", 1)]
    [InlineData("\n\n  abc \t\nsecond\n", "abc", 3)]
    [InlineData("*", "*", 1)]
    [InlineData("--force=1", "--force=1", 1)]
    [InlineData("a$(id)`b`", "a$(id)`b`", 1)]
    public void The_first_line_with_something_on_it(string text, string token, int line)
    {
        SotaConfig config = device.Write(TokenPath, text).Read();
        Assert.Equal(token, SettingAssert.Text(config.ApiToken));
        SettingAssert.Is(config, "ApiToken", "(secret)", $"{TokenPath}:{line}");
    }

    [Theory]
    [InlineData("", ErrorId.TokenFileEmpty)]
    [InlineData(" \r\n\t\n", ErrorId.TokenFileEmpty)]
    [InlineData("sesame open", ErrorId.TokenFileInvalid)]
    [InlineData("sesame\topen", ErrorId.TokenFileInvalid)]
    [InlineData("sesameé", ErrorId.TokenFileInvalid)]
    [InlineData("sesame\0", ErrorId.FileNotText)]
    [InlineData("sesame\u001b[0m", ErrorId.FileNotText)]
    [InlineData("sesame\ropen", ErrorId.FileNotText)]
    public void Anything_else_is_an_error_that_does_not_show_the_token(string text, ErrorId id)
    {
        AutoRegisterException error = device.Write(TokenPath, text).Fail(id);
        Assert.Contains(TokenPath, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error_unless_none_is_needed()
    {
        device.Remove(TokenPath).Fail(ErrorId.TokenFileMissing);
        device.Set("TOKEN_FILE", "/else").Fail(ErrorId.TokenFileMissing);
        device.Fail(ErrorId.TokenFileMissing, new() { ApiTokenOptional = true, ApiTokenPath = "/no/such/file" });
        Assert.Null(device.Read(new() { SkipApiToken = true }).ApiToken);
        Assert.Null(device.Read(new() { ApiTokenOptional = true }).ApiToken);
    }

    [Fact]
    public void A_broken_token_file_does_not_matter_where_none_is_needed() =>
        Assert.Null(device.Write(TokenPath, "a b").Read(new() { SkipApiToken = true }).ApiToken);

    [Fact]
    public void The_credential_comes_first()
    {
        SotaConfig config = device.Set("TOKEN_FILE", "/nowhere").Credential("api-token", "from-systemd\n").Read();
        Assert.Equal("from-systemd", SettingAssert.Text(config.ApiToken));
        SettingAssert.Is(config, "ApiToken", "(secret)", "credential api-token");
    }

    [Fact]
    public void An_empty_credential_is_an_error_not_a_reason_to_look_elsewhere() =>
        device.Credential("api-token", "").Fail(ErrorId.TokenFileEmpty);

    [Fact]
    public void The_path_parameter_is_a_path_of_this_machine()
    {
        device.Write("/home/token", "t3\n");
        SettingAssert.Is(device.Read(new() { ApiTokenPath = device.Below("/home/token") }), "ApiToken", "(secret)", device.Below("/home/token") + ":1");
    }

    [Theory]
    [InlineData("", ErrorId.TokenFileEmpty)]
    [InlineData("a b", ErrorId.TokenFileInvalid)]
    [InlineData("a\r\nX-Evil: 1", ErrorId.TokenFileInvalid)]
    public void A_parameter_obeys_the_same_rules(string token, ErrorId id) =>
        device.Fail(id, new() { ApiToken = Secret.FromChars(token) });
}

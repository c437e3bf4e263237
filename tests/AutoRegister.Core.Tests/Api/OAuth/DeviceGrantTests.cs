using System.Text;
using System.Text.Json.Nodes;
using AutoRegister.Core.Api.OAuth;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Api.OAuth;

/// <summary>The answer that begins a device flow: what must be in it, and what is taken for what is not.</summary>
public sealed class DeviceGrantTests
{
    private static readonly Uri Endpoint = new("https://oauth.example/authorization/device/");

    [Fact]
    public void Everything_that_was_said_is_known()
    {
        DeviceGrant grant = Parse(_ => { });
        Assert.Equal(("secret-code", "BCDF-GHJK", "https://oauth.example/device"), (grant.DeviceCode, grant.UserCode, grant.VerificationUri));
        Assert.Equal("https://oauth.example/device?code=BCDF", grant.VerificationUriComplete);
        Assert.Equal((TimeSpan.FromSeconds(600), TimeSpan.FromSeconds(7)), (grant.ExpiresIn, grant.Interval));
    }

    [Theory]
    [InlineData("device_code", null)]
    [InlineData("device_code", "\"\"")]
    [InlineData("device_code", "7")]
    [InlineData("user_code", null)]
    [InlineData("verification_uri", null)]
    [InlineData("verification_uri", "\"/device\"")]
    [InlineData("verification_uri", "\"javascript:alert(1)\"")]
    [InlineData("verification_uri", "\"file:///etc/passwd\"")]
    [InlineData("verification_uri_complete", "\"ftp://oauth.example/\"")]
    [InlineData("expires_in", null)]
    [InlineData("expires_in", "\"600\"")]
    [InlineData("expires_in", "600.5")]
    [InlineData("expires_in", "99999999999")]
    public void Without_what_a_person_or_the_device_needs_it_is_no_grant(string name, string? value)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Parse(name, value));
        Assert.Equal((ErrorId.AnswerInvalid, (object)Endpoint), (error.Id, error.Target));
        Assert.Contains(name.Replace("_complete", string.Empty, StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-code", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData("\"9\"", 5)]
    [InlineData("0", 1)]
    [InlineData("-4", 1)]
    [InlineData("1", 1)]
    [InlineData("300", 300)]
    [InlineData("301", 300)]
    public void The_interval_is_kept_within_reason(string? said, int seconds) =>
        Assert.Equal(seconds, Parse("interval", said).Interval.TotalSeconds);

    [Theory]
    [InlineData("0", 1)]
    [InlineData("86400", 86400)]
    [InlineData("86401", 86400)]
    public void The_life_is_kept_within_reason(string said, int seconds) =>
        Assert.Equal(seconds, Parse("expires_in", said).ExpiresIn.TotalSeconds);

    [Theory]
    [InlineData(null)]
    [InlineData("\"\"")]
    [InlineData("null")]
    public void A_link_with_the_code_in_it_may_be_left_out(string? said) => Assert.Null(Parse("verification_uri_complete", said).VerificationUriComplete);

    [Fact]
    public void A_server_on_plain_http_may_name_its_page() =>
        Assert.Equal("http://10.0.0.1/d", Parse("verification_uri", "\"http://10.0.0.1/d\"").VerificationUri);

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"device_code\": \"secret-code\"")]
    [InlineData("")]
    public void What_is_no_object_is_no_answer(string body)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => DeviceGrant.Parse(Endpoint, Encoding.UTF8.GetBytes(body)));
        Assert.Equal(ErrorId.AnswerInvalid, error.Id);
        Assert.Contains("no JSON object", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-code", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_without_a_direct_link_shows_the_page()
    {
        var prompt = new AuthorizationPrompt { VerificationUri = "https://page.example/", UserCode = "BCDF", Uuid = "u-1", ExpiresIn = TimeSpan.FromSeconds(61), QrCode = "QR" };
        Assert.Equal("https://page.example/", prompt.Link);
        Assert.Equal("https://direct.example/", (prompt with { VerificationUriComplete = "https://direct.example/" }).Link);
        Assert.Contains("expires in 2 minutes", prompt.ToString(), StringComparison.Ordinal);
    }

    private static DeviceGrant Parse(string name, string? value) => Parse(root =>
    {
        root.Remove(name);
        if (value is not null)
        {
            root[name] = JsonNode.Parse(value);
        }
    });

    private static DeviceGrant Parse(Action<JsonObject> change)
    {
        var root = new JsonObject
        {
            ["device_code"] = "secret-code",
            ["user_code"] = "BCDF-GHJK",
            ["verification_uri"] = "https://oauth.example/device",
            ["verification_uri_complete"] = "https://oauth.example/device?code=BCDF",
            ["expires_in"] = 600,
            ["interval"] = 7,
        };
        change(root);
        return DeviceGrant.Parse(Endpoint, Encoding.UTF8.GetBytes(root.ToJsonString()));
    }
}

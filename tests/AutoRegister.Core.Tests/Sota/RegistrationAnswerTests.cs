using System.Text;
using System.Text.Json;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Sota;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>What an answer consists of, before anybody looks at its certificate.</summary>
public sealed class RegistrationAnswerTests
{
    [Theory]
    [InlineData("7", "no object")]
    [InlineData("[\"root.crt\"]", "no object")]
    [InlineData("{\"root.crt\": 7}", "'root.crt', which is no text")]
    [InlineData("{\"root.crt\": null}", "'root.crt', which is no text")]
    [InlineData("{\"surprise\": \"x\", \"root.crt\": \"x\", \"client.pem\": \"x\", \"sota.toml\": \"x\"}", "'surprise'")]
    [InlineData("{\"client.pem\": \"x\", \"sota.toml\": \"x\"}", "no 'root.crt'")]
    [InlineData("{\"root.crt\": \" \\n\", \"client.pem\": \"x\", \"sota.toml\": \"x\"}", "no 'root.crt'")]
    [InlineData("{\"root.crt\": \"x\", \"client.pem\": \"\", \"sota.toml\": \"x\"}", "no 'client.pem'")]
    [InlineData("{\"root.crt\": \"x\", \"client.pem\": \"x\"}", "no 'sota.toml'")]
    public void What_is_missing_or_too_much_is_named(string body, string words)
    {
        AutoRegisterException error = Fail(body);
        Assert.Equal(ErrorId.AnswerInvalid, error.Id);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Null(error.InnerException);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"root.crt\": \"x\"")]
    [InlineData("{\"root.crt\": \"x\", \"root.crt\": \"y\"}")]
    public void What_is_no_json_keeps_the_parsers_reason(string body)
    {
        AutoRegisterException error = Fail(body);
        Assert.Equal(ErrorId.AnswerInvalid, error.Id);
        Assert.IsType<JsonException>(error.InnerException, exactMatch: false);
    }

    [Fact]
    public void A_chain_may_come_along_and_then_the_certificate_counts() =>
        Assert.Equal(ErrorId.CertificateMismatch, Fail("{\"root.crt\": \"x\", \"client.chained\": \"x\", \"client.pem\": \"x\", \"sota.toml\": \"x\"}").Id);

    [Fact]
    public void The_body_stays_as_it_came_and_files_without_one_get_one_that_says_the_same()
    {
        byte[] body = Encoding.UTF8.GetBytes(" {\n  \"root.crt\" : \"a+b\\u00e9\" }\n");
        var parsed = AnswerFiles.Parse(body);
        Assert.Equal(body, parsed.Body);
        Assert.Equal(("a+b\u00e9", null), (parsed["root.crt"], parsed["client.pem"]));
        var made = AnswerFiles.Of(parsed.Files);
        Assert.Equal(parsed.Files, AnswerFiles.Parse(made.Body).Files);
    }

    private static AutoRegisterException Fail(string body) => Assert.Throws<AutoRegisterException>(
        () => RegistrationAnswer.Check(AnswerFiles.Parse(Encoding.UTF8.GetBytes(body)), new DeviceSubject("u-1", "acme", false), new string('a', 64), DateTimeOffset.UtcNow));
}

using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>Answers that upstream took for a registration, or that stranded it: nothing is written, and the next run succeeds.</summary>
public sealed class HostileAnswerTests
{
    [Theory(DisplayName = "201 with truncated JSON, with HTML (captive portal), with {}, without client.pem, root.crt or sota.toml")]
    [InlineData("truncated-json", ErrorId.AnswerInvalid)]
    [InlineData("html-200", ErrorId.CaptivePortal)]
    [InlineData("html-201", ErrorId.CaptivePortal)]
    [InlineData("html-as-json", ErrorId.CaptivePortal)]
    [InlineData("empty-object", ErrorId.AnswerInvalid)]
    [InlineData("empty-body", ErrorId.AnswerInvalid)]
    [InlineData("json-list", ErrorId.AnswerInvalid)]
    [InlineData("no-client.pem", ErrorId.AnswerInvalid)]
    [InlineData("no-root.crt", ErrorId.AnswerInvalid)]
    [InlineData("no-sota.toml", ErrorId.AnswerInvalid)]
    [InlineData("empty-sota.toml", ErrorId.AnswerInvalid)]
    [InlineData("own-p11", ErrorId.SotaTomlInvalid)]
    [InlineData("duplicate-name", ErrorId.AnswerInvalid)]
    [InlineData("100-megabytes", ErrorId.AnswerInvalid)]
    [InlineData("gzip-bomb", ErrorId.AnswerInvalid)]
    public Task Incomplete(string fault, ErrorId id) => FailsThenSucceeds(fault, id);

    [Theory(DisplayName = "201 with somebody else's certificate, or with garbage for one")]
    [InlineData("stranger", ErrorId.CertificateMismatch)]
    [InlineData("garbage-certificate", ErrorId.CertificateMismatch)]
    public Task WrongCertificate(string fault, ErrorId id) => FailsThenSucceeds(fault, id);

    [Theory(DisplayName = "201 whose JSON has a key ../evil or pkey.pem")]
    [InlineData("evil-name", "../evil")]
    [InlineData("private-key-name", "pkey.pem")]
    public async Task WrongName(string fault, string name)
    {
        await using var network = new FaultyNetwork(fault);
        AutoRegisterException error = await network.FailAsync(ErrorId.AnswerInvalid);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        await network.SucceedAsync();
    }

    [Theory]
    [InlineData("redirect-same-host", ErrorId.CaptivePortal)]
    [InlineData("redirect-other-host", ErrorId.CaptivePortal)]
    [InlineData("redirect-http", ErrorId.CaptivePortal)]
    [InlineData("status-400", ErrorId.RequestRejected)]
    [InlineData("status-401", ErrorId.ApiTokenRejected)]
    [InlineData("status-500", ErrorId.ServerUnavailable)]
    [InlineData("status-502", ErrorId.ServerUnavailable)]
    public Task OtherAnswers(string fault, ErrorId id) => FailsThenSucceeds(fault, id);

    [Fact]
    public async Task InformationalAnswersArePassedOver()
    {
        await using var network = new FaultyNetwork("informational");
        await network.SucceedAsync();
    }

    private static async Task FailsThenSucceeds(string fault, ErrorId id)
    {
        await using var network = new FaultyNetwork(fault);
        await network.FailAsync(id);
        await network.SucceedAsync();
    }
}

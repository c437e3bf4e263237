using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>Networks that fail in every phase: sorted as "try again", retried within a run, and continued by the next one.</summary>
[Trait("Takes", "long")]
public sealed class DeadNetworkTests
{
    [Theory(DisplayName = "server hangs")]
    [InlineData("hang")]
    [InlineData("slow-headers")]
    [InlineData("slow-body")]
    [InlineData("no-handshake")]
    public Task Hangs(string fault) => FailsThenSucceeds(fault, ErrorId.ServerTimeout);

    [Theory(DisplayName = "refused, DNS, 5xx, timeout, TLS")]
    [InlineData("garbage-tls", ErrorId.ServerNotTrusted)]
    [InlineData("plain-http", ErrorId.ServerNotTrusted)]
    [InlineData("reset-after-request", ErrorId.ServerUnreachable)]
    [InlineData("reset-in-headers", ErrorId.ServerUnreachable)]
    [InlineData("reset-in-body", ErrorId.ServerUnreachable)]
    [InlineData("retry-after-seconds", ErrorId.ServerUnavailable)]
    [InlineData("status-429", ErrorId.ServerUnavailable)]
    public Task Fails(string fault, ErrorId id) => FailsThenSucceeds(fault, id);

    [Theory(DisplayName = "after the fault clears, the same run registers")]
    [InlineData("refused,reset-after-request")]
    [InlineData("status-502,reset-in-body")]
    [InlineData("retry-after-seconds")]
    [InlineData("retry-after-date")]
    [InlineData("html-201,status-429")]
    [InlineData("garbage-tls,hang")]
    public async Task ClearsWithinARun(string script)
    {
        await using var network = new FaultyNetwork(script);
        await network.SucceedAsync(retrySeconds: 60);
        Assert.Single(network.Server.Requests.Distinct());
    }

    [Fact]
    public async Task LengthThatIsTooShortIsNoCompleteAnswer()
    {
        await using var network = new FaultyNetwork("length-too-short");
        await network.FailAsync(ErrorId.AnswerInvalid);
        await network.SucceedAsync();
    }

    [Fact]
    public async Task LostAnswerIsAskedForAgainWithTheSameBytes()
    {
        await using var network = new FaultyNetwork("lost");
        await network.FailAsync(ErrorId.ServerUnreachable);
        await network.SucceedAsync();
        Assert.Equal(2, network.Server.Requests.Count);
        Assert.Single(network.Server.Requests.Distinct());
    }

    [Theory(DisplayName = "a refusal that is not the API's own is asked for again")]
    [InlineData("page-400")]
    [InlineData("page-401")]
    [InlineData("page-403")]
    [InlineData("page-404")]
    [InlineData("page-409")]
    [InlineData("words-200")]
    [InlineData("words-400")]
    [InlineData("words-403")]
    [InlineData("words-404")]
    [InlineData("words-405")]
    [InlineData("words-413")]
    [InlineData("words-422")]
    [InlineData("nothing-401")]
    [InlineData("nothing-404")]
    [InlineData("proxy-407")]
    public Task RefusedByAMiddleBox(string fault) => FailsThenSucceeds(fault, ErrorId.CaptivePortal);

    [Theory(DisplayName = "the API's own refusal is final")]
    [InlineData("status-400", ErrorId.RequestRejected)]
    [InlineData("status-401", ErrorId.ApiTokenRejected)]
    [InlineData("status-403", ErrorId.ApiTokenRejected)]
    [InlineData("status-404", ErrorId.ServerUnexpected)]
    public async Task RefusedByTheApi(string fault, ErrorId id)
    {
        await using var network = new FaultyNetwork(fault);
        await network.FailAsync(id, retrySeconds: 60);
        Assert.Single(network.Server.Requests);
    }

    private static async Task FailsThenSucceeds(string fault, ErrorId id)
    {
        await using var network = new FaultyNetwork(fault);
        await network.FailAsync(id);
        await network.SucceedAsync();
    }
}

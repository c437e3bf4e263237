using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>A person is told to delete what the factory may hold, and never what it was told not to make or what ends up registered.</summary>
public sealed class OrphanTests
{
    private const string Given = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";
    private const string Other = "9f3f5b4e-7a35-4c1c-9a53-0c9b9d0ad8a1";

    [Theory]
    [InlineData("status-400", ErrorId.RequestRejected)]
    [InlineData("status-401", ErrorId.ApiTokenRejected)]
    [InlineData("status-403", ErrorId.ApiTokenRejected)]
    [InlineData("status-404", ErrorId.ServerUnexpected)]
    [InlineData("json-429", ErrorId.ServerUnavailable)]
    public async Task A_request_that_the_api_refused_leaves_no_device_behind(string fault, ErrorId id)
    {
        await using var network = new FaultyNetwork(fault);
        await network.FailAsync(id);
        Assert.Equal(RegistrationState.KeyMade, network.Entry.State);

        // Another UUID than before: nothing of the first one is to be deleted.
        network.Uuid = Given;
        await network.SucceedAsync();
        Assert.DoesNotContain(network.Observer.Warnings, warning => warning.Contains("delete", StringComparison.Ordinal));
        Assert.Empty(network.Registration!.Orphans);
    }

    [Theory]
    [InlineData("page-403", ErrorId.CaptivePortal)]
    [InlineData("status-502", ErrorId.ServerUnavailable)]
    [InlineData("reset-after-request", ErrorId.ServerUnreachable)]
    [InlineData("hang", ErrorId.ServerTimeout)]
    [InlineData("truncated-json", ErrorId.AnswerInvalid)]
    public async Task A_request_that_may_have_been_accepted_is_named(string fault, ErrorId id)
    {
        await using var network = new FaultyNetwork(fault);
        await network.FailAsync(id);
        string first = network.Entry.Uuid;
        network.Uuid = Given;
        await network.SucceedAsync();
        Assert.Contains(network.Observer.Warnings, warning => warning.Contains($"UUID {first}", StringComparison.Ordinal));
        Assert.Equal([first], network.Registration!.Orphans);
    }

    [Fact]
    public async Task A_refusal_does_not_unsay_an_answer_that_was_lost_before()
    {
        await using var network = new FaultyNetwork("lost,status-401");
        await network.FailAsync(ErrorId.ServerUnreachable);
        await network.FailAsync(ErrorId.ApiTokenRejected);
        Assert.Equal(RegistrationState.RequestSent, network.Entry.State);
    }

    [Fact]
    public async Task The_uuid_that_ends_up_registered_is_never_to_be_deleted()
    {
        // The second run asks for the same UUID with another request: it is a production device now.
        await using var network = new FaultyNetwork("lost") { Uuid = Given };
        await network.FailAsync(ErrorId.ServerUnreachable);
        network.Origin.Delete(Given);
        network.Production = true;
        await network.SucceedAsync();
        Assert.Equal(Given, network.Registration!.Uuid);
        Assert.Empty(network.Registration.Orphans);
        Assert.DoesNotContain(network.Observer.Warnings, warning => warning.Contains("delete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_uuid_that_was_given_up_and_taken_again_is_no_orphan()
    {
        await using var network = new FaultyNetwork("lost,lost") { Uuid = Given };
        await network.FailAsync(ErrorId.ServerUnreachable);
        network.Uuid = Other;
        await network.FailAsync(ErrorId.ServerUnreachable);
        network.Origin.Delete(Given);
        network.Uuid = Given;
        await network.SucceedAsync(devices: 2);
        Assert.Equal([Other], network.Registration!.Orphans);
    }
}

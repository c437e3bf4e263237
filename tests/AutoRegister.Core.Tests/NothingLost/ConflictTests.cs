using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>A server that says "this name or UUID exists": when the device may become another one, and what it remembers of that.</summary>
public sealed class ConflictTests
{
    private const string Given = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";

    [Fact]
    public async Task A_device_that_begins_anew_says_as_whom_and_what_it_left()
    {
        await using var network = new FaultyNetwork("lost", refusesKnown: true);
        await network.FailAsync(ErrorId.ServerUnreachable);
        JournalEntry first = network.Entry;
        Assert.Equal(RegistrationState.RequestSent, first.State);
        await network.SucceedAsync(devices: 2);

        DeviceRegistration registration = network.Registration!;
        Assert.Equal([first.Uuid], registration.Orphans);
        Assert.Contains(network.Observer.Warnings, warning => warning.Contains($"delete the device {first.Uuid}", StringComparison.Ordinal));
        Assert.NotEqual(first.Uuid, registration.Uuid);
        Assert.NotEqual(first.CertificateRequest, registration.Key.CertificateRequest);
        Assert.Equal(first.KeyFingerprint, registration.Answer!.Certificate.KeyFingerprint);
        Assert.Equal(registration.Uuid, registration.Answer.Certificate.CommonName);
        Assert.Equal((RegistrationState.AnswerReceived, RegistrationState.AnswerReceived, 1), (registration.State, registration.Key.State, registration.Attempts));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answers_that_are_lost_more_than_once_are_no_end(bool withinOneRun)
    {
        await using var network = new FaultyNetwork("lost,fine,lost,fine,lost", refusesKnown: true);
        if (!withinOneRun)
        {
            for (int run = 0; run < 3; run++)
            {
                await network.FailAsync(ErrorId.ServerUnreachable);
            }
        }

        await network.SucceedAsync(devices: 4, retrySeconds: withinOneRun ? 120 : 0);
        Assert.Equal(7, network.Server.Requests.Count);
        Assert.Equal(3, network.Registration!.Orphans.Count);
        Assert.Equal(network.Origin.Devices.Order(StringComparer.Ordinal), network.Registration.Orphans.Append(network.Registration.Uuid).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task After_ten_lost_answers_a_person_is_told_every_uuid()
    {
        await using var network = new FaultyNetwork("lost", refusesKnown: true);
        await network.FailAsync(ErrorId.ServerUnreachable);
        string[] earlier = [.. Enumerable.Range(0, 10).Select(_ => Guid.NewGuid().ToString())];
        JournalEntry last = network.Entry with { Restarts = 10, Orphans = earlier };
        network.Journal.Save(last);
        AutoRegisterException error = await network.FailAsync(ErrorId.DeviceConflict);
        Assert.All(earlier.Append(last.Uuid), uuid =>
        {
            Assert.Contains(uuid, error.Message, StringComparison.Ordinal);
            Assert.Contains(uuid, error.RecommendedAction, StringComparison.Ordinal);
        });
        Assert.Equal(2, network.Server.Requests.Count);
        Assert.Single(network.Origin.Devices);
    }

    [Fact]
    public async Task A_server_that_always_says_conflict_is_asked_twice_and_then_once_in_every_run()
    {
        await using var network = new FaultyNetwork("status-409,status-409,status-409");
        await network.FailAsync(ErrorId.DeviceConflict);
        Assert.Equal(2, network.Server.Requests.Count);
        JournalEntry entry = network.Entry;
        Assert.Equal((1, RegistrationState.KeyMade), (entry.Restarts, entry.State));
        Assert.NotEqual(Assert.Single(entry.Orphans), entry.Uuid);
        await network.FailAsync(ErrorId.DeviceConflict);
        Assert.Equal(3, network.Server.Requests.Count);
        Assert.Equal(entry.Uuid, network.Entry.Uuid);
    }

    [Fact]
    public async Task A_conflict_on_a_name_the_user_chose_names_the_device_itself_as_the_likely_owner()
    {
        await using var network = new FaultyNetwork("lost", refusesKnown: true, refusesKnownNames: true) { Name = "gateway-7" };
        await network.FailAsync(ErrorId.ServerUnreachable);
        string own = Assert.Single(network.Origin.Devices);
        for (int run = 0; run < 2; run++)
        {
            AutoRegisterException error = await network.FailAsync(ErrorId.DeviceConflict);
            Assert.Contains($"This device itself is the likely owner: answers to earlier requests of it were lost, and the factory may hold it as {own}.", error.Message, StringComparison.Ordinal);
            Assert.StartsWith($"Delete the device 'gateway-7' in the factory if its UUID is one of these ({own}), and run this again.", error.RecommendedAction, StringComparison.Ordinal);
            Assert.Equal(409, error.ServerAnswer!.Status);
            Assert.Equal([own], network.Origin.Devices);
        }

        // A UUID that was deleted may stay denied: the device comes back under another one.
        network.Origin.Delete(own);
        await network.SucceedAsync();
        Assert.NotEqual(own, network.Registration!.Uuid);
    }

    [Fact]
    public async Task A_name_that_another_device_has_is_not_said_to_be_our_own()
    {
        await using var network = new FaultyNetwork("status-409") { Name = "gateway-7" };
        AutoRegisterException error = await network.FailAsync(ErrorId.DeviceConflict);
        Assert.EndsWith("No request of this device was lost: the name 'gateway-7' is another device's.", error.Message, StringComparison.Ordinal);
        Assert.Empty(network.Entry.Orphans);
        Assert.Equal(RegistrationState.KeyMade, network.Entry.State);
    }

    [Theory]
    [InlineData("lost", "This device itself is the likely owner: answers to earlier requests of it were lost, and the factory may hold it as " + Given)]
    [InlineData("reset-after-request,status-409", "This device itself is the likely owner")]
    [InlineData("status-409", "The UUID " + Given + " was given to this device and not made up: it may have been registered before, with another key.")]
    public async Task A_uuid_that_somebody_chose_is_never_given_up(string script, string words)
    {
        await using var network = new FaultyNetwork(script, refusesKnown: true) { Uuid = Given };
        if (!script.StartsWith("status", StringComparison.Ordinal))
        {
            await network.FailAsync(ErrorId.ServerUnreachable);
        }

        AutoRegisterException error = await network.FailAsync(ErrorId.DeviceConflict);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains(Given, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal((Given, 0), (network.Entry.Uuid, network.Entry.Restarts));
    }

    public static TheoryData<string> Fixed => ["uuid", "key", "restarts"];

    [Theory]
    [MemberData(nameof(Fixed))]
    public async Task A_uuid_that_somebody_chose_a_key_that_is_elsewhere_and_a_second_time_are_left_to_a_person(string what)
    {
        await using var network = new FaultyNetwork("status-409");
        network.Meanwhile = journal =>
        {
            JournalEntry entry = journal.Peek(out _)!;
            journal.Save(what switch
            {
                "uuid" => entry with { UuidIsOurs = false },
                "key" => entry with { KeyIsElsewhere = true },
                _ => entry with { Restarts = 1 },
            });
        };
        await network.FailAsync(ErrorId.DeviceConflict);
        Assert.Single(network.Server.Requests);
        Assert.Empty(network.Entry.Orphans);
    }

    [Fact]
    public async Task Another_refusal_is_no_reason_to_begin_anew()
    {
        await using var network = new FaultyNetwork("status-400");
        await network.FailAsync(ErrorId.RequestRejected);
        Assert.Single(network.Server.Requests);
        Assert.Equal(0, network.Entry.Restarts);
    }

    [Fact]
    public async Task Without_its_key_a_device_cannot_begin_anew()
    {
        await using var network = new FaultyNetwork("status-409");
        network.Meanwhile = journal => File.Delete(journal.PrivateKeyPath);
        await network.FailAsync(ErrorId.RegistrationIncomplete);
        Assert.Single(network.Server.Requests);
    }
}

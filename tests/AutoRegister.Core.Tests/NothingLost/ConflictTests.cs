using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>A server that says "this UUID exists": when the device may become another one, and what it remembers of that.</summary>
public sealed class ConflictTests
{
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
        Assert.NotEqual(first.Uuid, registration.Uuid);
        Assert.NotEqual(first.CertificateRequest, registration.Key.CertificateRequest);
        Assert.Equal(first.KeyFingerprint, registration.Answer!.Certificate.KeyFingerprint);
        Assert.Equal(registration.Uuid, registration.Answer.Certificate.CommonName);
        Assert.Equal((RegistrationState.AnswerReceived, RegistrationState.AnswerReceived, 1), (registration.State, registration.Key.State, registration.Attempts));
    }

    [Fact]
    public async Task It_begins_anew_once_and_not_once_in_every_run()
    {
        await using var network = new FaultyNetwork("status-409,status-409,status-409");
        await network.FailAsync(ErrorId.DeviceConflict);
        JournalEntry entry = network.Entry;
        Assert.Equal((1, RegistrationState.RequestSent), (entry.Restarts, entry.State));
        Assert.NotEqual(Assert.Single(entry.Orphans), entry.Uuid);
        await network.FailAsync(ErrorId.DeviceConflict);
        Assert.Equal(3, network.Server.Requests.Count);
        Assert.Equal(entry.Uuid, network.Entry.Uuid);
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

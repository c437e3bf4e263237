using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>What the journal says of one attempt: whether anything was sent, what came back, and whose it is.</summary>
public sealed class AttemptTests
{
    [Fact]
    public async Task A_server_that_was_not_reached_was_sent_nothing()
    {
        await using var network = new FaultyNetwork("garbage-tls");
        await network.FailAsync(ErrorId.ServerNotTrusted);
        Assert.Equal(RegistrationState.KeyMade, network.Entry.State);
        Assert.Empty(network.Server.Requests);
        await network.SucceedAsync();
        Assert.Equal(1, network.Registration!.Attempts);
    }

    [Fact]
    public async Task Attempts_of_one_run_are_counted()
    {
        await using var network = new FaultyNetwork("status-502,reset-in-body");
        await network.SucceedAsync(retrySeconds: 60);
        Assert.Equal(3, network.Registration!.Attempts);
    }

    [Fact]
    public async Task An_answer_that_is_refused_is_kept_for_a_look()
    {
        await using var network = new FaultyNetwork("no-root.crt");
        await network.FailAsync(ErrorId.AnswerInvalid);
        string kept = Path.Join(network.Journal.JournalPath, "answer.rejected");
        Assert.Contains("client.pem", File.ReadAllText(kept), StringComparison.Ordinal);
        Assert.Contains(network.Observer.Details, detail => detail.Contains(kept, StringComparison.Ordinal));
        Assert.Null(network.Journal.ReadAnswer());
        Assert.Equal(RegistrationState.RequestSent, network.Entry.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_of_another_attempt_is_not_registered(bool otherUuid)
    {
        await using var network = new FaultyNetwork("fine");
        network.Meanwhile = journal =>
        {
            JournalEntry entry = journal.Peek(out _)!;
            journal.Save(otherUuid ? entry with { Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751" } : entry with { CertificateRequest = "another" });
        };
        AutoRegisterException error = await network.FailAsync(ErrorId.RegistrationIncomplete);
        Assert.Contains("another attempt", error.Message, StringComparison.Ordinal);
        Assert.Equal(Path.GetDirectoryName(network.Journal.JournalPath), error.Target);
        Assert.Empty(network.Server.Requests);
    }

    [Fact]
    public async Task A_journal_that_went_between_key_and_request_is_missed()
    {
        await using var network = new FaultyNetwork("fine");
        network.Meanwhile = journal =>
        {
            File.Delete(Path.Join(journal.JournalPath, "journal.json"));
            File.Delete(Path.Join(journal.JournalPath, "identity.json"));
        };
        AutoRegisterException error = await network.FailAsync(ErrorId.RegistrationIncomplete);
        Assert.Contains("is gone", error.Message, StringComparison.Ordinal);
        Assert.Empty(network.Server.Requests);
    }

    [Fact]
    public async Task A_journal_whose_copy_is_there_is_not_missed()
    {
        await using var network = new FaultyNetwork("fine");
        string uuid = string.Empty;
        network.Meanwhile = journal =>
        {
            uuid = journal.Peek(out _)!.Uuid;
            File.Delete(Path.Join(journal.JournalPath, "journal.json"));
        };
        await network.RunAsync();
        Assert.Equal(uuid, network.Registration!.Uuid);
    }
}

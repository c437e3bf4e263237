using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>What was saved is read again; what is damaged is set aside, said, and never believed.</summary>
public sealed class EnrollmentJournalTests : IDisposable
{
    private static readonly JournalEntry Whole = new()
    {
        State = RegistrationState.KeyMade, Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751", UuidIsOurs = true, Factory = "acme", Production = false,
        KeyStore = "file", KeyFingerprint = new string('a', 64), CertificateRequest = "csr",
    };

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("journal-");
    private readonly RecordingObserver observer = new();
    private readonly EnrollmentJournal journal;

    private string EntryPath => Path.Join(journal.JournalPath, "journal.json");

    private string IdentityPath => Path.Join(journal.JournalPath, "identity.json");

    public EnrollmentJournalTests() => journal = new EnrollmentJournal(directory.FullName);

    [Theory]
    [InlineData(RegistrationState.KeyMade)]
    [InlineData(RegistrationState.RequestSent)]
    [InlineData(RegistrationState.AnswerReceived)]
    public void What_was_saved_is_read_again(RegistrationState state)
    {
        journal.Save(Whole with { State = state });
        JournalEntry read = journal.Read(observer)!;
        Assert.Equal((state, Whole.Uuid, Whole.Factory, Whole.KeyStore, Whole.KeyFingerprint, Whole.CertificateRequest), (read.State, read.Uuid, read.Factory, read.KeyStore, read.KeyFingerprint, read.CertificateRequest));
        Assert.True(read.UuidIsOurs);
        Assert.Empty(observer.Warnings);
        Assert.Equal(DurableDirectory.OwnerOnly, File.GetUnixFileMode(journal.JournalPath));
        Assert.All(Directory.GetFiles(journal.JournalPath), file => Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void Before_there_is_a_key_none_is_needed()
    {
        journal.Save(Whole with { State = RegistrationState.Unregistered, KeyFingerprint = "", CertificateRequest = "" });
        Assert.Equal(RegistrationState.Unregistered, journal.Read(observer)!.State);
    }

    [Fact]
    public void An_incomplete_entry_is_set_aside()
    {
        JournalEntry[] incomplete =
        [
            Whole with { Uuid = "" }, Whole with { Factory = "" }, Whole with { KeyStore = "" }, Whole with { KeyFingerprint = "aa" },
            Whole with { CertificateRequest = "" },
            Whole with { State = RegistrationState.Unregistered, Uuid = "" },
        ];
        Assert.All(incomplete, entry =>
        {
            journal.Save(entry);
            Assert.Null(journal.Read(observer));
        });
        Assert.Equal(incomplete.Length, observer.Warnings.Count);
        Assert.All(observer.Warnings, warning => Assert.Contains("is incomplete", warning, StringComparison.Ordinal));
        Assert.True(journal.HasTraces);
        Assert.Null(journal.Read(observer));
    }

    [Theory]
    [InlineData("{", "not readable")]
    [InlineData("null", "incomplete")]
    [InlineData("large", "too large")]
    public void What_is_no_entry_is_set_aside_with_its_bytes_and_the_copy_takes_its_place(string content, string word)
    {
        journal.Save(Whole);
        string written = content == "large" ? new string(' ', 4 * 1024 * 1024 + 1) : content;
        File.WriteAllText(EntryPath, written);
        Assert.Null(journal.Peek(out string damage));
        Assert.Contains(word, damage, StringComparison.Ordinal);
        Assert.Equal(written, File.ReadAllText(EntryPath));
        Assert.Equal((Whole.Uuid, RegistrationState.RequestSent), (journal.Read(observer)!.Uuid, journal.Peek(out _)!.State));
        Assert.Equal(written, File.ReadAllText(Directory.GetFiles(journal.JournalPath, "*.damaged").Single()));
        Assert.Equal(2, observer.Warnings.Count);
    }

    [Fact]
    public void A_copy_that_is_damaged_too_is_not_believed()
    {
        journal.Save(Whole);
        File.WriteAllText(EntryPath, "{");
        File.WriteAllText(IdentityPath, "{");
        Assert.Null(journal.Read(observer));
        Assert.Null(journal.Read(observer));
        Assert.Single(observer.Warnings);
        Assert.True(journal.HasTracesOfKey);
        journal.Save(Whole);
        Assert.Equal(Whole.Uuid, journal.Read(observer)!.Uuid);
        Assert.Single(observer.Warnings);
    }

    [Fact]
    public void The_copy_is_written_once_for_each_identity_and_goes_with_it()
    {
        journal.Save(Whole);
        DateTime written = File.GetLastWriteTimeUtc(IdentityPath);
        journal.Save(Whole with { State = RegistrationState.AnswerReceived });
        Assert.Equal(written, File.GetLastWriteTimeUtc(IdentityPath));
        journal.Save(Whole with { Uuid = "another" });
        Assert.Equal("another", journal.PeekIdentity()!.Uuid);
        journal.Save(Whole with { State = RegistrationState.Unregistered, KeyFingerprint = "", CertificateRequest = "" });
        Assert.Null(journal.PeekIdentity());
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        journal.Save(Whole);
        File.WriteAllBytes(Path.Join(journal.JournalPath, "answer.json"), new byte[4 * 1024 * 1024]);
        Assert.Equal(4 * 1024 * 1024, journal.ReadAnswer()!.Length);
        File.WriteAllBytes(Path.Join(journal.JournalPath, "answer.json"), new byte[(4 * 1024 * 1024) + 1]);
        Assert.Throws<InvalidDataException>(journal.ReadAnswer);
    }

    [Fact]
    public void An_entry_of_a_later_version_is_named_so()
    {
        journal.Save(Whole with { Version = JournalEntry.CurrentVersion + 6 });
        Assert.Null(journal.Peek(out string damage));
        Assert.EndsWith($"unknown version {JournalEntry.CurrentVersion + 6}", damage, StringComparison.Ordinal);
    }

    [Fact]
    public void What_belongs_to_an_attempt_goes_with_it()
    {
        Assert.Null(journal.Read(observer));
        Assert.Null(journal.ReadAnswer());
        Assert.Null(journal.ReadSealedKey());
        Assert.False(journal.TokenInitializationBegan);
        journal.Remove();
        journal.BeginTokenInitialization();
        Assert.True(journal.TokenInitializationBegan);
        Assert.True(journal.HasTraces);
        Assert.False(journal.HasTracesOfKey);
        journal.Save(Whole);
        journal.SaveAnswer(" { \"root.crt\" : \"root\" }\n"u8);
        journal.SaveSealedKey("sealed");
        Assert.Equal(" { \"root.crt\" : \"root\" }\n"u8, journal.ReadAnswer()!);
        Assert.Equal("sealed", journal.ReadSealedKey());
        string kept = journal.KeepRejectedAnswer("not json"u8);
        Assert.Equal("not json", File.ReadAllText(kept));
        Assert.All(Directory.GetFiles(journal.JournalPath), file => Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(file)));
        journal.Remove();
        Assert.Empty(directory.GetFileSystemInfos());
    }

    public void Dispose() => directory.Delete(recursive: true);
}

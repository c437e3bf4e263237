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
        KeyPlace = "file", KeyFingerprint = new string('a', 64), CertificateRequest = "csr",
    };

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("journal-");
    private readonly RecordingObserver observer = new();
    private readonly EnrollmentJournal journal;

    public EnrollmentJournalTests() => journal = new EnrollmentJournal(directory.FullName);

    [Theory]
    [InlineData(RegistrationState.KeyMade)]
    [InlineData(RegistrationState.RequestSent)]
    [InlineData(RegistrationState.AnswerReceived)]
    public void What_was_saved_is_read_again(RegistrationState state)
    {
        journal.Save(Whole with { State = state });
        JournalEntry read = journal.Read(observer)!;
        Assert.Equal((state, Whole.Uuid, Whole.Factory, Whole.KeyPlace, Whole.KeyFingerprint, Whole.CertificateRequest), (read.State, read.Uuid, read.Factory, read.KeyPlace, read.KeyFingerprint, read.CertificateRequest));
        Assert.True(read.UuidIsOurs);
        Assert.Empty(observer.Warnings);
        Assert.False(journal.WasDamaged);
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
            Whole with { Uuid = "" }, Whole with { Factory = "" }, Whole with { KeyPlace = "" }, Whole with { KeyFingerprint = "aa" },
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
        Assert.True(journal.WasDamaged);
        Assert.Null(journal.Read(observer));
    }

    [Theory]
    [InlineData("{", "not readable")]
    [InlineData("null", "incomplete")]
    [InlineData("large", "too large")]
    public void What_is_no_entry_is_set_aside_with_its_bytes(string content, string word)
    {
        journal.Save(Whole);
        string path = Directory.GetFiles(journal.JournalPath).Single();
        string written = content == "large" ? new string(' ', 4 * 1024 * 1024 + 1) : content;
        File.WriteAllText(path, written);
        Assert.Null(journal.Peek(out string damage));
        Assert.Contains(word, damage, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
        Assert.Null(journal.Read(observer));
        Assert.False(File.Exists(path));
        Assert.Equal(written, File.ReadAllText(Directory.GetFiles(journal.JournalPath, "*.damaged").Single()));
    }

    [Fact]
    public void A_file_of_the_greatest_size_is_still_read()
    {
        journal.Save(Whole);
        string path = Directory.GetFiles(journal.JournalPath).Single();
        File.AppendAllText(path, new string(' ', (4 * 1024 * 1024) - (int)new FileInfo(path).Length));
        Assert.Equal(Whole.Uuid, journal.Peek(out string damage)!.Uuid);
        Assert.Empty(damage);
        File.WriteAllBytes(Path.Join(journal.JournalPath, "answer.json"), new byte[(4 * 1024 * 1024) + 1]);
        Assert.Throws<InvalidDataException>(journal.ReadAnswer);
    }

    [Fact]
    public void A_damaged_file_is_set_aside_once()
    {
        journal.Save(Whole);
        Assert.False(journal.WasDamaged);
        File.WriteAllText(Directory.GetFiles(journal.JournalPath).Single(), "{");
        Assert.Null(journal.Read(observer));
        Assert.Null(journal.Read(observer));
        Assert.Single(observer.Warnings);
        Assert.True(journal.WasDamaged);
        journal.Save(Whole);
        Assert.Equal(Whole.Uuid, journal.Read(observer)!.Uuid);
        Assert.Single(observer.Warnings);
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
        journal.Save(Whole);
        journal.SaveAnswer(new Dictionary<string, string> { ["root.crt"] = "root" });
        journal.SaveSealedKey("sealed");
        Assert.Equal("{\"root.crt\":\"root\"}", System.Text.Encoding.UTF8.GetString(journal.ReadAnswer()!).ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("sealed", journal.ReadSealedKey());
        string kept = journal.KeepRejectedAnswer("not json"u8);
        Assert.Equal("not json", File.ReadAllText(kept));
        Assert.All(Directory.GetFiles(journal.JournalPath), file => Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(file)));
        journal.Remove();
        Assert.Empty(directory.GetFileSystemInfos());
    }

    public void Dispose() => directory.Delete(recursive: true);
}

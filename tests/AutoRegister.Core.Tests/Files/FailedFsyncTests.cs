using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>.NET's own flush calls return normally when fsync(2) fails; ours must not, and what they were about must not count.</summary>
public sealed class FailedFsyncTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fsync-").FullName;

    private string FilePath => Path.Join(folder, "file");

    [Fact]
    public void The_fsync_of_these_tests_really_fails_and_a_flush_of_the_framework_does_not_tell() => FailingFsync.Run(() =>
    {
        using var stream = new FileStream(FilePath, FileMode.Create);
        stream.WriteByte(1);
        stream.Flush(flushToDisk: true);
        Assert.Throws<IOException>(() => Posix.Sync(stream.SafeFileHandle, FilePath));
    });

    [Fact]
    public void A_new_file_is_not_there_afterwards()
    {
        Refused(() => AtomicFile.Write(FilePath, "new"u8, AtomicFile.OwnerOnly), FilePath);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void An_old_file_stays_as_it_was_and_nothing_beside_it()
    {
        AtomicFile.Write(FilePath, "old"u8, AtomicFile.OwnerOnly);
        Refused(() => AtomicFile.Write(FilePath, "new"u8, AtomicFile.OwnerOnly), FilePath);
        Refused(() => AtomicFile.WriteAnew(FilePath), FilePath);
        Assert.Equal("old", File.ReadAllText(FilePath));
        Assert.Equal([FilePath], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void What_is_written_anew_is_another_file_with_the_same_bytes_mode_and_owner()
    {
        File.WriteAllText(FilePath, "bytes");
        File.SetUnixFileMode(FilePath, AtomicFile.WorldReadable);
        string other = Path.Join(folder, "other");
        File.WriteAllBytes(other, new byte[70_000]);
        using FileStream before = File.OpenRead(FilePath);

        AtomicFile.WriteAnew(FilePath, other);

        Assert.Equal(0u, Posix.StatusOf(before.SafeFileHandle, FilePath).Links);
        Assert.Equal(("bytes", AtomicFile.WorldReadable), (File.ReadAllText(FilePath), File.GetUnixFileMode(FilePath)));
        Assert.Equal(new byte[70_000], File.ReadAllBytes(other));
        Assert.Equal(2, Directory.GetFileSystemEntries(folder).Length);
    }

    [RootFact]
    public void What_is_written_anew_keeps_a_foreign_owner()
    {
        File.WriteAllText(FilePath, "bytes");
        using (FileStream file = File.OpenRead(FilePath))
        {
            Posix.ChangeOwner(file.SafeFileHandle, 12345, FilePath, 54321);
        }

        AtomicFile.WriteAnew(FilePath);

        Assert.Equal((12345u, 54321u), (Posix.StatusOf(FilePath)!.Value.Owner, Posix.StatusOf(FilePath)!.Value.Group));
    }

    [Fact]
    public void A_deletion_and_a_directory_are_not_called_durable()
    {
        string made = Path.Join(folder, "made");
        File.WriteAllText(FilePath, "x");
        Refused(() => AtomicFile.Delete(FilePath), FilePath);
        Refused(() => DurableDirectory.Create(made), made);
        Refused(() => DurableDirectory.SyncName(folder), folder);
        Refused(() => DurableDirectory.Delete(made), made);
    }

    [Fact]
    public void A_journal_stays_as_it_was()
    {
        var journal = new EnrollmentJournal(folder);
        JournalEntry entry = new() { State = RegistrationState.Unregistered, Uuid = "u", UuidIsOurs = true, Factory = "acme", Production = false, KeyStore = "file" };
        journal.Save(entry);
        Refused(() => journal.Save(entry with { Uuid = "other" }), Path.Join(journal.JournalPath, "journal.json"));
        Assert.Equal("u", journal.Peek(out _)!.Uuid);
    }

    [Fact]
    public void A_key_is_none()
    {
        Refused(() => FileDeviceKey.Create(FilePath), FilePath);
        Assert.Null(FileDeviceKey.TryOpen(FilePath));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Refused(Action act, string path)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => FailingFsync.Run(act));
        Assert.Equal((ErrorId.WriteFailed, path), (error.Id, error.Target));
    }
}

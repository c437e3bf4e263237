using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>A SOTA directory that others could write to before us: a journal prepared there must not become the device's.</summary>
public sealed class ForeignContentsTests : IDisposable
{
    private const UnixFileMode ForAll = DurableDirectory.Public | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private readonly UnregisteredDevice device = new();

    private string Sota => device.Config.SotaPath;

    private string Journal => Path.Join(Sota, EnrollmentJournal.DirectoryName);

    [Theory]
    [InlineData(ForAll)]
    [InlineData(ForAll | UnixFileMode.StickyBit)]
    [InlineData(DurableDirectory.Public | UnixFileMode.GroupWrite)]
    public void A_journal_prepared_in_a_directory_that_others_may_write_is_set_aside_and_another_key_made(UnixFileMode mode)
    {
        string prepared = device.MakeKey(device.Config).KeyFingerprint;
        File.WriteAllText(Path.Join(Sota, "sql.db"), "theirs");
        File.SetUnixFileMode(Sota, mode);

        Assert.NotEqual(prepared, device.MakeKey(device.Config).KeyFingerprint);

        Assert.Equal(DurableDirectory.OwnerOnly, File.GetUnixFileMode(Sota));
        Assert.Equal([Journal], Directory.GetFileSystemEntries(Sota).Where(path => !path.Contains(".untrusted-", StringComparison.Ordinal)));
        Assert.Equal(2, Directory.GetFileSystemEntries(Sota, "*.untrusted-*").Length);
        string warning = Assert.Single(device.Observer.Warnings);
        Assert.Contains("'.registration'", warning, StringComparison.Ordinal);
        Assert.Contains("'sql.db'", warning, StringComparison.Ordinal);
        Assert.Contains("begins anew", warning, StringComparison.Ordinal);
    }

    [RootFact]
    public void A_journal_prepared_by_another_user_is_set_aside_even_where_he_shut_the_door_behind_him()
    {
        string prepared = device.MakeKey(device.Config).KeyFingerprint;
        Give(Sota, 12345);

        Assert.NotEqual(prepared, device.MakeKey(device.Config).KeyFingerprint);

        Assert.Contains(device.Observer.Warnings, warning => warning.Contains("user 12345", StringComparison.Ordinal));
        Assert.Single(Directory.GetFileSystemEntries(Sota, ".registration.untrusted-*"));
    }

    [Fact]
    public void A_run_that_was_killed_between_closing_the_directory_and_renaming_is_finished()
    {
        string prepared = device.MakeKey(device.Config).KeyFingerprint;
        File.SetUnixFileMode(Sota, DurableDirectory.OwnerOnly | UnixFileMode.StickyBit);

        Assert.NotEqual(prepared, device.MakeKey(device.Config).KeyFingerprint);

        Assert.Equal(DurableDirectory.OwnerOnly, File.GetUnixFileMode(Sota));
    }

    [Fact]
    public void A_journal_in_a_directory_of_ours_is_continued()
    {
        string made = device.MakeKey(device.Config).KeyFingerprint;
        File.SetUnixFileMode(Sota, DurableDirectory.Public);
        Assert.Equal(made, device.MakeKey(device.Config).KeyFingerprint);
        Assert.Empty(device.Observer.Warnings);
    }

    [Fact]
    public void A_link_at_the_journal_s_name_is_not_followed()
    {
        device.MakeKey(device.Config);
        string elsewhere = Path.Join(device.Config.Root, "elsewhere");
        Directory.Move(Journal, elsewhere);
        File.CreateSymbolicLink(Journal, elsewhere);
        string[] before = [.. Directory.GetFiles(elsewhere).Select(File.ReadAllText)];

        device.MakeKey(device.Config);

        Assert.Equal(before, Directory.GetFiles(elsewhere).Select(File.ReadAllText));
        Assert.Null(new DirectoryInfo(Journal).LinkTarget);
        Assert.Contains("is a link", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a file")]
    [InlineData("a link in it")]
    [InlineData("open to all")]
    public void What_cannot_be_a_journal_of_ours_is_set_aside(string what)
    {
        string made = device.MakeKey(device.Config).KeyFingerprint;
        switch (what)
        {
            case "a file":
                Directory.Delete(Journal, recursive: true);
                File.WriteAllText(Journal, "x");
                break;
            case "a link in it":
                File.Move(Path.Join(Journal, "journal.json"), Path.Join(Sota, "journal.json"));
                File.CreateSymbolicLink(Path.Join(Journal, "journal.json"), "../journal.json");
                break;
            default:
                File.SetUnixFileMode(Journal, ForAll);
                break;
        }

        Assert.NotEqual(made, device.MakeKey(device.Config).KeyFingerprint);

        Assert.Single(Directory.GetFileSystemEntries(Sota, ".registration.untrusted-*"));
        Assert.Contains("not trusted", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [RootFact]
    public void A_file_of_another_user_in_the_journal_is_set_aside_with_it()
    {
        string made = device.MakeKey(device.Config).KeyFingerprint;
        Give(Path.Join(Journal, "pkey.pem"), 12345);
        Assert.NotEqual(made, device.MakeKey(device.Config).KeyFingerprint);
    }

    [Fact]
    public void An_empty_directory_only_gets_its_mode()
    {
        Directory.CreateDirectory(Sota);
        File.SetUnixFileMode(Sota, ForAll);
        device.MakeKey(device.Config);
        Assert.Equal(DurableDirectory.OwnerOnly, File.GetUnixFileMode(Sota));
        Assert.Empty(device.Observer.Warnings);
    }

    public void Dispose() => device.Dispose();

    private static void Give(string path, uint user)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = Posix.TryOpen(path, 0)!;
        Posix.ChangeOwner(handle, user, path, user);
    }
}

using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("atomic-").FullName;

    [Fact]
    public void A_file_has_its_exact_mode_whatever_was_there()
    {
        string path = Path.Join(folder, "sota.toml");
        File.WriteAllText(path, "old");
        File.SetUnixFileMode(path, AtomicFile.WorldReadable);

        AtomicFile.Write(path, "new"u8, AtomicFile.OwnerOnly);

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void What_a_killed_write_left_is_replaced_and_its_mode_with_it()
    {
        string path = Path.Join(folder, "pkey.pem");
        string leftover = AtomicFile.TemporaryNameFor(path);
        File.WriteAllText(leftover, "half");
        File.SetUnixFileMode(leftover, AtomicFile.WorldReadable);

        AtomicFile.Write(path, "whole"u8, AtomicFile.OwnerOnly);

        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
        Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_link_planted_under_the_temporary_name_is_not_followed()
    {
        string path = Path.Join(folder, "pkey.pem");
        string elsewhere = Path.Join(folder, "elsewhere");
        File.WriteAllText(elsewhere, "untouched");
        File.CreateSymbolicLink(AtomicFile.TemporaryNameFor(path), elsewhere);

        AtomicFile.Write(path, "secret"u8, AtomicFile.OwnerOnly);

        Assert.Equal("untouched", File.ReadAllText(elsewhere));
        Assert.Null(new FileInfo(path).LinkTarget);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = Path.Join(folder, "taken");
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Join(path, "inside"), "kept");

        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => AtomicFile.Write(path, "x"u8, AtomicFile.OwnerOnly));

        Assert.Equal(ErrorId.WriteFailed, error.Id);
        Assert.Equal(path, error.Target);
        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
        Assert.True(File.Exists(Path.Join(path, "inside")));
    }

    [Fact]
    public void A_directory_is_for_its_owner_and_those_above_it_for_all()
    {
        string path = Path.Join(folder, "var", "sota");

        DurableDirectory.Create(path);

        Assert.Equal(DurableDirectory.OwnerOnly, File.GetUnixFileMode(path));
        Assert.Equal(DurableDirectory.Public, File.GetUnixFileMode(Path.Join(folder, "var")));
    }

    [Fact]
    public void A_directory_that_is_there_keeps_its_mode()
    {
        File.SetUnixFileMode(folder, DurableDirectory.Public);
        DurableDirectory.Create(folder);
        Assert.Equal(DurableDirectory.Public, File.GetUnixFileMode(folder));
    }

    [Fact]
    public void What_is_deleted_is_gone_and_what_is_not_there_is_no_error()
    {
        string file = Path.Join(folder, "a", "b");
        DurableDirectory.Create(Path.Join(folder, "a"));
        AtomicFile.Write(file, "x"u8, AtomicFile.OwnerOnly);
        AtomicFile.Delete(file);
        AtomicFile.Delete(file);
        Assert.False(File.Exists(file));
        AtomicFile.Write(file, "x"u8, AtomicFile.OwnerOnly);
        DurableDirectory.Delete(Path.Join(folder, "a"));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Where_nothing_can_be_written_the_path_is_named()
    {
        // Below /proc not even root can write.
        string file = Path.Join(folder, "file");
        File.WriteAllText(file, "in the way");
        (string Path, Action Act)[] cases =
        [
            ("/proc/self/new", () => AtomicFile.Write("/proc/self/new", "x"u8, AtomicFile.OwnerOnly)),
            ("/proc/self/status", () => AtomicFile.Delete("/proc/self/status")),
            (file, () => DurableDirectory.Create(Path.Join(file, "below"))),
            (Path.Join(folder, "missing"), () => DurableDirectory.Delete(Path.Join(folder, "missing"))),
            (Path.Join(folder, "missing"), () => AtomicFile.WriteAnew(Path.Join(folder, "missing"))),
        ];
        Assert.All(cases, one =>
        {
            AutoRegisterException error = Assert.Throws<AutoRegisterException>(one.Act);
            Assert.Equal((ErrorId.WriteFailed, one.Path), (error.Id, error.Target));
        });
    }

    [Fact]
    public void A_mode_is_exact_whatever_the_umask_and_a_slash_at_the_end_is_nothing()
    {
        const UnixFileMode ForAll = DurableDirectory.Public | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        DurableDirectory.Create(Path.Join(folder, "open") + "/", ForAll);
        Assert.Equal(ForAll, File.GetUnixFileMode(Path.Join(folder, "open")));
        AtomicFile.Write(Path.Join(folder, "open", "file"), "x"u8, ForAll);
        Assert.Equal(ForAll, File.GetUnixFileMode(Path.Join(folder, "open", "file")));
        Assert.Equal(Path.Join(folder, ".file.part"), AtomicFile.TemporaryNameFor(Path.Join(folder, "file")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

using System.Globalization;
using System.Runtime.InteropServices;
using AutoRegister.Core.Files;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>The system calls themselves, and what the system says when it refuses them.</summary>
public sealed class PosixTests : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private readonly string folder = Directory.CreateTempSubdirectory("posix-").FullName;

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public void A_directory_is_opened_for_this_program_alone(string end)
    {
        using SafeFileHandle handle = Posix.OpenDirectory(folder + end);
        string flags = File.ReadLines($"/proc/self/fdinfo/{handle.DangerousGetHandle()}").Single(line => line.StartsWith("flags:", StringComparison.Ordinal));
        Assert.NotEqual(0, Convert.ToInt32(flags[6..].Trim(), 8) & CloseOnExec);
        Assert.Equal(Posix.EffectiveUser(), Posix.StatusOf(handle, folder).Owner);
        Posix.ChangeOwner(handle, Posix.EffectiveUser(), folder);
    }

    [Fact]
    public void The_effective_user_is_who_the_kernel_says()
    {
        string line = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        Assert.Equal(uint.Parse(line.Split('\t')[2], CultureInfo.InvariantCulture), Posix.EffectiveUser());
    }

    [Fact]
    public void A_lock_is_taken_once()
    {
        using SafeFileHandle first = Posix.OpenDirectory(folder);
        using SafeFileHandle second = Posix.OpenDirectory(folder);
        Assert.True(Posix.TryLock(first, folder));
        Assert.False(Posix.TryLock(second, folder));
        first.Dispose();
        Assert.True(Posix.TryLock(second, folder));
    }

    [Fact]
    public void A_call_that_fails_is_named_with_the_path_and_the_systems_words()
    {
        // Below /proc nothing is given away, not even by root.
        using SafeFileHandle process = Posix.OpenDirectory("/proc/self");
        using SafeFileHandle nothing = new(-2, ownsHandle: false);
        (string Call, Action Act)[] cases =
        [
            ("open", () => Posix.OpenDirectory("/nowhere")),
            ("open", () => Posix.OpenDirectory("/proc/self/status")),
            ("fsync", () => Posix.SyncDirectory("/proc/self")),
            ("fchown", () => Posix.ChangeOwner(process, 12345, "/proc/self")),
            ("statx", () => Posix.StatusOf(nothing, "nothing")),
            ("flock", () => Posix.TryLock(nothing, "nothing")),
            ("rename", () => Posix.Rename(Path.Join(folder, "nothing"), Path.Join(folder, "other"))),
            ("statx", () => Posix.StatusOf(Path.Join(folder, new string('x', 300)))),
        ];
        Assert.All(cases, one =>
        {
            IOException error = Assert.Throws<IOException>(one.Act);
            Assert.StartsWith(one.Call + " on '", error.Message, StringComparison.Ordinal);
            Assert.NotEqual(0, error.HResult);
            Assert.EndsWith(Marshal.GetPInvokeErrorMessage(error.HResult), error.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_link_is_known_as_itself_and_its_target_has_the_status_that_stat_says()
    {
        string file = Path.Join(folder, "file");
        File.WriteAllText(file, "12345");
        File.SetUnixFileMode(file, AtomicFile.WorldReadable);
        string link = Path.Join(folder, "link");
        File.CreateSymbolicLink(link, file);
        Assert.Null(Posix.StatusOf(Path.Join(folder, "nothing")));
        Assert.Null(Posix.StatusOf(Path.Join(file, "below")));
        FileStatus status = Posix.StatusOf(file)!.Value;
        Assert.True(status is { IsRegular: true, IsDirectory: false, IsLink: false, IsOurs: true, Size: 5, Links: 1, Mode: AtomicFile.WorldReadable });
        Assert.Equal(Posix.StatusOf(folder)!.Value.Device, status.Device);
        Assert.NotEqual(Posix.StatusOf("/proc")!.Value.Device, status.Device);
        Assert.True(Posix.StatusOf(link) is { IsLink: true, IsRegular: false });
        Assert.True(Posix.StatusOf(folder) is { IsDirectory: true });
    }

    [Fact]
    public void Each_open_flag_means_on_this_architecture_what_its_name_says()
    {
        string file = Path.Join(folder, "file");
        File.WriteAllText(file, "x");
        File.CreateSymbolicLink(Path.Join(folder, "to-file"), file);
        File.CreateSymbolicLink(Path.Join(folder, "to-folder"), folder);
        const int NotADirectory = 20;
        const int TooManyLinks = 40;
        (string Path, int Flags, int Error)[] cases =
        [
            (file, OpenFlags.Directory, NotADirectory),
            (Path.Join(folder, "to-file"), OpenFlags.Directory, NotADirectory),
            (Path.Join(folder, "to-file"), OpenFlags.NoFollow, TooManyLinks),
            (Path.Join(folder, "to-folder"), OpenFlags.NoFollow, TooManyLinks),
            (Path.Join(folder, "to-folder"), OpenFlags.NoFollow | OpenFlags.Directory, NotADirectory),
        ];
        Assert.All(cases, one =>
        {
            Assert.Null(Posix.TryOpen(one.Path, one.Flags));
            Assert.Equal(one.Error, Marshal.GetLastPInvokeError());
        });
        Posix.TryOpen(Path.Join(folder, "to-folder"), OpenFlags.Directory)!.Dispose();
        Posix.TryOpen(folder, OpenFlags.Directory | OpenFlags.NoFollow)!.Dispose();
        Posix.TryOpen(file, OpenFlags.NoFollow)!.Dispose();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

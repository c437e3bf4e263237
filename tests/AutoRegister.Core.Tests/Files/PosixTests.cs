using System.ComponentModel;
using System.Globalization;
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
        Assert.Equal(Posix.EffectiveUser(), Posix.OwnerOf(handle, folder));
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
            ("statx", () => Posix.OwnerOf(nothing, "nothing")),
            ("flock", () => Posix.TryLock(nothing, "nothing")),
        ];
        Assert.All(cases, one =>
        {
            IOException error = Assert.Throws<IOException>(one.Act);
            Assert.StartsWith(one.Call + " on '", error.Message, StringComparison.Ordinal);
            Assert.EndsWith(Assert.IsType<Win32Exception>(error.InnerException).Message, error.Message, StringComparison.Ordinal);
        });
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

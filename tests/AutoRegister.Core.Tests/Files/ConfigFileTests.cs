using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Tests.Configuration;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>Files that are not small readable text files, in the place of each input.</summary>
public sealed class ConfigFileTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public static TheoryData<string> Inputs => ["/etc/sota/tag", "/etc/hostname", "/etc/lmp-device-register-token", "/etc/sota/hsm", "/etc/os-release"];

    public void Dispose() => device.Dispose();

    [Theory]
    [MemberData(nameof(Inputs))]
    public void A_directory(string path)
    {
        device.Remove(path);
        Directory.CreateDirectory(device.Below(path));
        Assert.Contains("it is a directory", Fail(path, ErrorId.FileUnreadable), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Ten_megabytes_of_zeros(string path)
    {
        device.Write(path, new byte[10_000_000]);
        Fail(path, ErrorId.FileTooLarge);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Zeros(string path)
    {
        device.Write(path, new byte[64]);
        Assert.Contains(path + ":1 has the control character U+0000", Fail(path, ErrorId.FileNotText), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Invalid_UTF8(string path)
    {
        device.Write(path, [(byte)'#', (byte)'\n', (byte)'\n', (byte)'a', 0xC3, 0x28]);
        Assert.Contains(path + ":3 is not valid UTF-8", Fail(path, ErrorId.FileNotText), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void A_FIFO_does_not_hang(string path)
    {
        device.Remove(path);
        Directory.CreateDirectory(Path.GetDirectoryName(device.Below(path))!);
        Assert.Equal(0, MakeFifo([.. Encoding.UTF8.GetBytes(device.Below(path)), 0], 0x180));
        Assert.Contains("it is not a regular file", Fail(path, ErrorId.FileUnreadable), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    [SupportedOSPlatform("linux")]
    public void No_permission(string path)
    {
        device.Set("USE_HOSTNAME", "1").WriteHsm();
        Array.ForEach(["/etc/lmp-device-register-token", "/etc/sota/hsm"], secret => File.SetUnixFileMode(device.Below(secret), AtomicFile.WorldReadable));
        File.SetUnixFileMode(device.Below(path), UnixFileMode.None);
        File.SetUnixFileMode(device.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        AutoRegisterException? error = null;
        var thread = new Thread(() =>
        {
            // Root may read everything. As another user for file access it loses that right too (setfsuid(2)), in this
            // thread only.
            _ = Environment.IsPrivilegedProcess ? SetFileUser(65534) : 0;
            error = Record.Exception(() => device.Read()) as AutoRegisterException;
        });
        thread.Start();
        thread.Join();
        Assert.Equal(ErrorId.FileUnreadable, error?.Id);
        Assert.Contains(path, error!.Message, StringComparison.Ordinal);
        Assert.Contains("Permission denied", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void A_loop_of_links(string path)
    {
        device.Link(path, Path.GetFileName(path));
        Fail(path, ErrorId.FileUnreadable);
    }

    [Fact]
    public void A_device_of_the_machine_is_not_read_through_the_real_root() =>
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => ConfigFile.TryRead("/", "/dev/zero")).Id);

    [Fact]
    public void A_file_of_proc_has_no_size_and_is_read()
    {
        using var file = ConfigFile.TryRead("/", "/proc/self/mounts");
        Assert.True(file!.Utf8.Length > 0);
    }

    [Theory]
    [InlineData(ConfigFile.MaximumLength, true)]
    [InlineData(ConfigFile.MaximumLength + 1, false)]
    public void The_bound(int length, bool allowed)
    {
        device.Write("/f", new string('x', length));
        Exception error = Record.Exception(() => ConfigFile.TryRead(device.Path, "/f")?.Dispose());
        Assert.Equal(allowed ? null : ErrorId.FileTooLarge, (error as AutoRegisterException)?.Id);
    }

    [Fact]
    public void No_file_is_no_error()
    {
        Assert.Null(ConfigFile.TryRead(device.Path, "/no/such/file"));
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => ConfigFile.TryRead(device.Path, "/etc/hostname/x")).Id);
    }

    private string Fail(string path, ErrorId id)
    {
        string message = device.Set("USE_HOSTNAME", "1").Fail(id).Message;
        Assert.StartsWith(device.Below(path), message, StringComparison.Ordinal);
        return message;
    }

    [DllImport("libc", EntryPoint = "mkfifo")]
    private static extern int MakeFifo(byte[] path, uint mode);

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileUser(uint user);
}

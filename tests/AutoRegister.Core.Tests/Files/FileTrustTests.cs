using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Tests.Configuration;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>Files with secrets, or with the path of code that root loads, that others can read or change.</summary>
public sealed class FileTrustTests : IDisposable
{
    private const string TokenPath = "/etc/lmp-device-register-token";
    private const string HsmPath = "/etc/sota/hsm";
    private readonly DeviceRoot device = new();

    [Theory]
    [InlineData(TokenPath, AtomicFile.WorldReadable, "read")]
    [InlineData(TokenPath, AtomicFile.OwnerOnly | UnixFileMode.OtherWrite, "write to")]
    [InlineData(TokenPath, AtomicFile.WorldReadable | UnixFileMode.OtherWrite, "read and write to")]
    [InlineData(HsmPath, AtomicFile.OwnerOnly | UnixFileMode.GroupRead, "read")]
    public void A_secret_that_others_can_reach_is_named_and_the_registration_goes_on(string path, UnixFileMode mode, string may)
    {
        device.WriteHsm();
        File.SetUnixFileMode(device.Below(path), mode);
        _ = device.Read();
        Assert.Contains($"may {may} '{device.Below(path)}'", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HsmPath)]
    [InlineData("/usr/lib/module.so")]
    public void A_file_that_everybody_can_write_and_that_says_which_code_root_runs_is_refused(string path)
    {
        device.WriteHsm();
        File.SetUnixFileMode(device.Below(path), AtomicFile.WorldReadable | UnixFileMode.OtherWrite);
        Assert.Contains(path, device.Fail(ErrorId.FileNotTrusted).Message, StringComparison.Ordinal);
    }

    [RootFact]
    public void A_secret_that_is_another_user_s_is_named()
    {
        string token = device.Below(TokenPath);
        using (FileStream file = File.OpenRead(token))
        {
            Posix.ChangeOwner(file.SafeFileHandle, 12345, token);
        }

        _ = device.Read();
        Assert.Contains("belongs to user 12345", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Apps_in_a_directory_that_others_may_write_to_are_not_taken()
    {
        device.Write("/var/sota/compose-apps/theirs/x", "x");
        File.SetUnixFileMode(device.Below("/var/sota"), DurableDirectory.Public | UnixFileMode.OtherWrite);
        Assert.Empty(device.Read().Apps);
        Assert.Contains("are not taken", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    public void Dispose() => device.Dispose();
}

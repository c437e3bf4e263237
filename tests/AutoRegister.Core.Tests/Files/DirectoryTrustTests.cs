using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Tests.Enrollment;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>Who may write to a directory above the SOTA directory can put another in its place.</summary>
public sealed class DirectoryTrustTests : IDisposable
{
    private const UnixFileMode ForAll = DurableDirectory.Public | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private readonly UnregisteredDevice device = new();

    public DirectoryTrustTests() => DurableDirectory.Create(device.Config.SotaPath);

    private string Var => Path.GetDirectoryName(device.Config.SotaPath)!;

    [Fact]
    public void A_directory_above_that_everybody_may_write_to_is_refused_before_anything_is_made()
    {
        File.SetUnixFileMode(Var, ForAll);
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => device.MakeKey(device.Config));
        Assert.Equal((ErrorId.DirectoryNotTrusted, FailureSort.Configuration, (object)device.Config.SotaPath), (error.Id, error.Sort, error.Target));
        Assert.Contains($"'{Var}'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"chmod o-w '{Var}'", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(device.Config.SotaPath));
    }

    [Fact]
    public void A_directory_above_a_link_s_target_counts_too()
    {
        string elsewhere = Path.Join(Var, "elsewhere");
        DurableDirectory.Create(Path.Join(elsewhere, "sota"));
        File.SetUnixFileMode(elsewhere, ForAll);
        Directory.Delete(device.Config.SotaPath);
        Directory.CreateSymbolicLink(device.Config.SotaPath, "elsewhere/sota");
        Assert.Contains($"'{elsewhere}'", Assert.Throws<AutoRegisterException>(() => DirectoryTrust.Require(Path.Join(Var, "sota"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ForAll | UnixFileMode.StickyBit)]
    [InlineData(DurableDirectory.Public)]
    public void One_in_which_nobody_else_can_rename_is_not_complained_of(UnixFileMode mode)
    {
        File.SetUnixFileMode(Var, mode);
        device.MakeKey(device.Config);
        Assert.Empty(device.Observer.Warnings);
    }

    [RootFact]
    public void One_of_another_user_or_group_is_warned_of()
    {
        using SafeFileHandle var = Posix.OpenDirectory(Var);
        Posix.ChangeOwner(var, 12345, Var);
        device.MakeKey(device.Config);
        Assert.Contains("belongs to user 12345", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);

        Posix.ChangeOwner(var, 0, Var, 12345);
        File.SetUnixFileMode(Var, DurableDirectory.Public | UnixFileMode.GroupWrite);
        Assert.Contains("Group 12345 may write", DirectoryTrust.FindDoubt(device.Config.SotaPath)?.Words, StringComparison.Ordinal);
        Posix.ChangeOwner(var, 0, Var, Posix.EffectiveGroup());
        Assert.Null(DirectoryTrust.FindDoubt(device.Config.SotaPath));
    }

    public void Dispose() => device.Dispose();
}

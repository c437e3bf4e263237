using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>
/// A medium that wears out answers a read with EIO. So does /proc/self/mem (proc(5)): at its beginning no memory is mapped.
/// </summary>
public sealed class SmallFileTests : IDisposable
{
    private const string Worn = "/proc/self/mem";
    private readonly UnregisteredDevice device = new();

    [Fact]
    public void A_real_input_output_error_is_tried_again_and_says_which_file_it_was()
    {
        var error = Assert.Throws<AutoRegisterException>(() => SmallFile.TryReadOwn(Worn));
        Assert.Equal((ErrorId.ReadFailed, FailureSort.TryAgain, (object)Worn), (error.Id, error.Sort, error.Target));
        Assert.Contains($"'{Worn}' cannot be read: Input/output error", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_that_cannot_be_read_just_now_is_not_taken_for_a_damaged_one()
    {
        device.MakeKey(device.Config);
        string entry = Path.Join(device.Journal.JournalPath, "journal.json");
        File.Delete(entry);
        File.CreateSymbolicLink(entry, Worn);
        Assert.Equal(ErrorId.ReadFailed, Assert.Throws<AutoRegisterException>(() => device.Journal.Read(device.Observer)).Id);
        Assert.Empty(device.Observer.Warnings);
        Assert.Equal(Worn, new FileInfo(entry).LinkTarget);
    }

    [Theory]
    [InlineData("client.pem")]
    [InlineData("root.crt")]
    [InlineData("pkey.pem")]
    [InlineData("sota.toml")]
    public void A_registered_device_whose_file_cannot_be_read_just_now_is_not_taken_for_a_damaged_one(string name)
    {
        DurableDirectory.Create(device.Config.SotaPath);
        File.CreateSymbolicLink(Path.Join(device.Config.SotaPath, name), Worn);
        Assert.Equal(ErrorId.ReadFailed, Assert.Throws<AutoRegisterException>(() => InstalledCredentials.Inspect(device.Config.SotaPath)).Id);
    }

    public void Dispose() => device.Dispose();
}

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
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => SmallFile.TryReadOwn(Worn));
        Assert.Equal((ErrorId.ReadFailed, FailureSort.TryAgain, (object)Worn), (error.Id, error.Sort, error.Target));
        Assert.Contains($"'{Worn}' cannot be read: Input/output error", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 10, null)]
    [InlineData(10, 10, null)]
    [InlineData(11, 10, "larger than 0 KiB")]
    [InlineData(2048, 2048, null)]
    [InlineData(2049, 2048, "larger than 2 KiB")]
    public void A_file_is_read_whole_or_not_at_all(int length, int limit, string? words)
    {
        string path = Path.Join(device.Config.SotaPath, "file");
        DurableDirectory.Create(device.Config.SotaPath);
        byte[] written = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        File.WriteAllBytes(path, written);
        FileProblem? problem = SmallFile.TryRead(path, limit, out byte[] content, out FileStatus status);
        Assert.Equal((words, (long)length), (problem?.Words, status.Size));
        Assert.Equal(words is null ? written : [], content);
    }

    [Fact]
    public void A_file_of_the_kernel_that_says_no_size_is_read_whole_and_bounded_too()
    {
        byte[] expected = File.ReadAllBytes("/proc/self/environ");
        Assert.Equal(0, new FileInfo("/proc/self/environ").Length);
        Assert.Equal(expected, SmallFile.Read("/proc/self/environ"));
        Assert.Equal(FileProblemKind.TooLarge, SmallFile.TryRead("/proc/self/environ", 16, out _, out _)!.Kind);
    }

    [Fact]
    public void A_file_that_a_person_named_is_unreadable_in_one_sentence()
    {
        foreach ((string path, string message) in new[] { ("/nowhere/key.pem", "There is no file '/nowhere/key.pem'."), ("/proc", "'/proc' cannot be read: it is a directory."), ("/dev/zero", "'/dev/zero' cannot be read: it is not a regular file.") })
        {
            AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => SmallFile.ReadNamed(path));
            Assert.Equal((ErrorId.FileUnreadable, message, (object)path), (error.Id, error.Message, error.Target));
        }
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

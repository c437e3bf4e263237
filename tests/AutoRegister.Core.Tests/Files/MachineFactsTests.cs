using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>What tells a machine from its copies, read below a root; none of it is kept as it is.</summary>
public sealed class MachineFactsTests : IDisposable
{
    private const string Id = "4c1e8f0aa5b64e0f9d4e7bb1f6f3a2d1";
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("machine-");

    [Fact]
    public void An_id_is_kept_as_a_hash_of_it()
    {
        Write("etc/machine-id", Id + "\n");
        var facts = MachineFacts.Read(root.FullName);
        Assert.Equal(32, facts.Id.Length);
        Assert.NotEqual(Id, facts.Id);
        Assert.True(facts.IdIsKept);
        Assert.Equal(facts.Id, MachineFacts.Read(root.FullName).Id);
        Write("etc/machine-id", Id.ToUpperInvariant());
        Assert.Equal(facts.Id, MachineFacts.Read(root.FullName).Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("uninitialized\n")]
    [InlineData("00000000000000000000000000000000\n")]
    [InlineData("4c1e8f0a\n")]
    [InlineData("zc1e8f0aa5b64e0f9d4e7bb1f6f3a2d1\n")]
    public void An_image_that_did_not_run_yet_has_none(string? text)
    {
        if (text is not null)
        {
            Write("etc/machine-id", text);
        }

        Assert.Equal((string.Empty, false), (MachineFacts.Read(root.FullName).Id, MachineFacts.Read(root.FullName).IdIsKept));
    }

    [Fact]
    public void Serial_numbers_count_unless_they_are_placeholders()
    {
        Write("sys/class/dmi/id/product_uuid", "03000200-0400-0500-0006-000700080009\n");
        Write("sys/firmware/devicetree/base/serial-number", "0000000000000000\0");
        Write("sys/devices/soc0/serial_number", "Default string\n");
        Assert.Empty(MachineFacts.Read(root.FullName).Hardware);
        Write("sys/class/dmi/id/product_uuid", "9F3F5B4E-7A35-4C1C-9A53-0C9B9D0AD8A1\n");
        Write("sys/firmware/devicetree/base/serial-number", "10000000a1b2c3d4\0");
        Assert.Equal(["devicetree", "dmi"], MachineFacts.Read(root.FullName).Hardware.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(MachineFacts.Read(root.FullName).Hardware.Values, value => value.Contains("a1b2", StringComparison.Ordinal));
    }

    [Fact]
    public void Flash_that_is_soldered_counts_and_a_card_does_not()
    {
        Write("sys/class/block/mmcblk0/device/type", "SD\n");
        Write("sys/class/block/mmcblk0/device/cid", "aa4353534330324780001234567890ff\n");
        Assert.Empty(MachineFacts.Read(root.FullName).Hardware);
        Write("sys/class/block/mmcblk1/device/type", "MMC\n");
        Write("sys/class/block/mmcblk1/device/cid", "1501003847454d3752010000000abcff\n");
        Assert.Equal("mmc", Assert.Single(MachineFacts.Read(root.FullName).Hardware).Key);
    }

    [Fact]
    public void A_container_has_no_hardware_of_its_own()
    {
        Write("sys/class/dmi/id/product_uuid", "9F3F5B4E-7A35-4C1C-9A53-0C9B9D0AD8A1\n");
        Write("run/systemd/container", "systemd-nspawn");
        Assert.Empty(MachineFacts.Read(root.FullName).Hardware);
    }

    [RootFact]
    public void An_id_that_is_mounted_over_the_file_is_not_kept()
    {
        Write("etc/machine-id", "uninitialized\n");
        string shared = Directory.Exists("/dev/shm") ? "/dev/shm" : "/run";
        string transient = Path.Join(shared, $"machine-id-{Guid.NewGuid():N}");
        File.WriteAllText(transient, Id + "\n");
        string place = Path.Join(root.FullName, "etc", "machine-id");
        Tool.Run("mount", "--bind", transient, place);
        try
        {
            var facts = MachineFacts.Read(root.FullName);
            Assert.NotEmpty(facts.Id);
            Assert.False(facts.IdIsKept);
        }
        finally
        {
            Tool.Run("umount", place);
            File.Delete(transient);
        }
    }

    [Fact]
    public void A_copied_directory_is_born_anew_and_a_moved_one_is_not()
    {
        string first = Path.Join(root.FullName, "first");
        Directory.CreateDirectory(first);
        string born = BirthOf(first);

        // The kernel's clock for files goes in ticks of up to 10 ms.
        Thread.Sleep(50);
        Tool.Run("cp", "-a", first, Path.Join(root.FullName, "copy"));
        Directory.Move(first, Path.Join(root.FullName, "moved"));
        Assert.NotEmpty(born);
        Assert.Equal(born, BirthOf(Path.Join(root.FullName, "moved")));
        Assert.NotEqual(born, BirthOf(Path.Join(root.FullName, "copy")));
    }

    public void Dispose() => root.Delete(recursive: true);

    private static string BirthOf(string path) => Posix.StatusOf(path)!.Value.Born;

    private void Write(string path, string text)
    {
        string file = Path.Join(root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}

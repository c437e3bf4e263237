using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>A root file system that is copied while a device registers: two machines never share a UUID or a key.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class ClonedImageTests : IDisposable
{
    private const string First = "4c1e8f0aa5b64e0f9d4e7bb1f6f3a2d1";
    private const string Second = "a7d8c1b2e3f4056172839405a6b7c8d9";
    private readonly SoftHsm hsm = new();

    public static TheoryData<string, RegistrationState> Clones => Matrix.Of(
        (string[])["another id", "no id", "the same id"],
        (RegistrationState[])[RegistrationState.KeyMade, RegistrationState.RequestSent, RegistrationState.AnswerReceived]);

    [Theory]
    [MemberData(nameof(Clones))]
    public async Task A_copied_root_becomes_a_device_of_its_own_and_says_so(string id, RegistrationState state)
    {
        await using var device = new InterruptedDevice();
        WriteId(device.Root, First);
        JournalEntry entry = await device.StopAtAsync(state);
        string original = device.Root;
        device.Root = original + "-clone";
        Tool.Run("cp", "-a", original, device.Root);
        WriteId(device.Root, id switch { "another id" => Second, "no id" => string.Empty, _ => First });

        ExportedCredentials clone = await device.RunAsync();
        Assert.NotEqual(entry.Uuid, clone.Uuid);
        Assert.NotEqual(entry.KeyFingerprint, InstalledCredentials.Inspect(device.Config.SotaPath).Certificate!.KeyFingerprint);
        Assert.Contains("was made on another machine", device.Words, StringComparison.Ordinal);
        Assert.DoesNotContain("delete", device.Words, StringComparison.Ordinal);

        device.Root = original;
        Assert.Equal(entry.Uuid, (await device.RunAsync()).Uuid);
    }

    [Fact]
    public async Task A_disk_that_is_copied_block_by_block_is_known_by_the_machine_it_runs_in()
    {
        // The journal keeps its place: only the machine around it changes.
        await using var device = new InterruptedDevice();
        WriteId(device.Root, First);
        JournalEntry entry = await device.StopAtAsync(RegistrationState.RequestSent);
        WriteId(device.Root, Second);
        Assert.NotEqual(entry.Uuid, (await device.RunAsync()).Uuid);
        Assert.Contains("the machine-id is another", device.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("uninitialized\n")]
    public async Task A_machine_without_an_id_loses_nothing(string? id)
    {
        await using var device = new InterruptedDevice();
        WriteId(device.Root, id);
        JournalEntry entry = await device.StopAtAsync(RegistrationState.RequestSent);
        Assert.Equal(entry.Uuid, (await device.RunAsync()).Uuid);
        Assert.DoesNotContain("another machine", device.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_makes_up_its_id_at_each_boot_is_known_by_its_hardware()
    {
        await using var device = new InterruptedDevice();
        WriteId(device.Root, First);
        string serial = Path.Join(device.Root, "sys/firmware/devicetree/base/serial-number");
        Directory.CreateDirectory(Path.GetDirectoryName(serial)!);
        File.WriteAllText(serial, "10000000a1b2c3d4\0");
        JournalEntry entry = await device.StopAtAsync(RegistrationState.RequestSent);
        WriteId(device.Root, Second);
        Assert.Equal(entry.Uuid, device.MakeKey(new KeyChoice()).Uuid);
        File.WriteAllText(serial, "10000000ffffffff\0");
        Assert.NotEqual(entry.Uuid, device.MakeKey(new KeyChoice()).Uuid);
        Assert.Contains("the hardware is another (devicetree)", device.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RegistrationState.KeyMade)]
    [InlineData(RegistrationState.AnswerReceived)]
    public async Task A_soft_token_that_was_copied_with_the_journal_gets_a_key_of_its_own(RegistrationState state)
    {
        await using var device = new InterruptedDevice(hsm.Settings);
        WriteId(device.Root, First);
        JournalEntry entry = await device.StopAtAsync(state);
        WriteId(device.Root, Second);
        Assert.NotEqual(entry.Uuid, (await device.RunAsync()).Uuid);
        Assert.NotEqual(entry.KeyFingerprint, KeyInToken());
        Assert.DoesNotContain("delete", device.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_soft_token_that_was_copied_without_a_journal_gets_a_key_of_its_own()
    {
        await using var device = new InterruptedDevice(hsm.Settings);
        WriteId(device.Root, First);
        JournalEntry entry = await device.StopAtAsync(RegistrationState.KeyMade);
        device.Root += "-other";
        WriteId(device.Root, Second);
        Assert.NotEqual(entry.Uuid, (await device.RunAsync()).Uuid);
        Assert.NotEqual(entry.KeyFingerprint, KeyInToken());
        Assert.Contains("were copied from another machine (the machine-id is another)", device.Words, StringComparison.Ordinal);
    }

    public void Dispose() => hsm.Dispose();

    private string KeyInToken()
    {
        using TokenSession session = hsm.Open(mayInitialize: false);
        return PublicKeyHash.Of(session.FindKey()!.SubjectPublicKeyInfo.Span);
    }

    private static void WriteId(string root, string? id)
    {
        Directory.CreateDirectory(Path.Join(root, "etc"));
        if (id is not null)
        {
            File.WriteAllText(Path.Join(root, "etc", "machine-id"), id);
        }
    }
}

using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Tests.Configuration;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>The SOTA directory was wiped, and the token was not: what an integrator chose in advance decides.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class FactoryResetTests : IDisposable
{
    private readonly SoftHsm hsm = new();

    [Fact]
    public async Task The_message_names_the_setting_and_the_key_stays()
    {
        await using var device = new InterruptedDevice(hsm.Settings);
        string key = (await device.RunAsync(), KeyInToken()).Item2;
        Directory.Delete(device.Config.SotaPath, recursive: true);
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(device.RunAsync);
        Assert.Equal((ErrorId.HsmObjectConflict, FailureSort.NeedsPerson), (error.Id, error.Sort));
        Assert.Contains("HSM_REPLACE_KEYS=1", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(key, KeyInToken());
    }

    [Fact]
    public async Task With_the_setting_the_unit_replaces_what_is_there_and_names_it()
    {
        string root = Directory.CreateTempSubdirectory("autoregister-reset-").FullName;
        await using var device = new InterruptedDevice(hsm.Settings with { ReplaceKeys = true }, root);
        string first = (await device.RunAsync()).Uuid;
        string key = KeyInToken();
        Assert.True((await device.RunAsync()).AlreadyRegistered);
        Assert.DoesNotContain("Removing the ", device.Words, StringComparison.Ordinal);
        Directory.Delete(device.Config.SotaPath, recursive: true);
        Assert.NotEqual(first, (await device.RunAsync()).Uuid);
        Assert.NotEqual(key, KeyInToken());
        Assert.Equal(3, device.Observer.Warnings.Count(warning => warning.StartsWith("Removing the ", StringComparison.Ordinal)));
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData("HSM_REPLACE_KEYS=1", true)]
    [InlineData("HSM_REPLACE_KEYS=\"yes\"", true)]
    [InlineData("export HSM_REPLACE_KEYS='On'", true)]
    [InlineData("HSM_REPLACE_KEYS=0", false)]
    [InlineData("HSM_REPLACE_KEYS=", false)]
    [InlineData("# HSM_REPLACE_KEYS=1", false)]
    public void The_setting_is_a_line_of_the_hsm_file(string line, bool expected)
    {
        using var device = new DeviceRoot();
        device.WriteHsm();
        File.AppendAllText(device.Below("/etc/sota/hsm"), line + "\n");
        Assert.Equal(expected, device.Read().Hsm!.ReplaceKeys);
    }

    [Fact]
    public void What_is_neither_yes_nor_no_is_an_error()
    {
        using var device = new DeviceRoot();
        device.WriteHsm();
        File.AppendAllText(device.Below("/etc/sota/hsm"), "HSM_REPLACE_KEYS=perhaps\n");
        Assert.Contains("HSM_REPLACE_KEYS is neither yes nor no", device.Fail(ErrorId.HsmFileInvalid).Message, StringComparison.Ordinal);
    }

    /// <summary>No module that can be had has a UUID in a slot's description: the journal says so in the place of OP-TEE.</summary>
    [Fact]
    public async Task A_uuid_of_the_hardware_stand_in_for_optee_that_the_factory_has_is_explained()
    {
        await using var network = new FaultyNetwork("status-409");
        network.Meanwhile = journal => journal.Save(journal.Peek(out _)! with { UuidIsOurs = false, UuidIsHardware = true });
        AutoRegisterException error = await network.FailAsync(ErrorId.DeviceConflict);
        Assert.Contains("comes from this device's hardware", error.Message, StringComparison.Ordinal);
        Assert.Contains($"delete the device {network.Entry.Uuid} in the factory", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("name", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(409, error.ServerAnswer!.Status);
    }

    public void Dispose() => hsm.Dispose();

    private string KeyInToken()
    {
        using TokenSession session = hsm.Open(mayInitialize: false);
        return PublicKeyHash.Of(session.FindKey()!.SubjectPublicKeyInfo.Span);
    }
}

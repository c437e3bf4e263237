using AutoRegister.Core.Errors;
using AutoRegister.Core.Gateway;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.Tests.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Gateway;

/// <summary>Which key and which certificate of a token are shown to the gateway.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class TokenAtGatewayTests(FactoryFixture shared) : IClassFixture<FactoryFixture>
{
    [Fact]
    public async Task The_tokens_certificate_is_shown_and_not_the_files()
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice other = await RegisteredDevice.MakeAsync(shared.Factory, "other file");
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "own file", hsm.Settings);
        File.Copy(other.PathOf("client.pem"), device.PathOf("client.pem"), overwrite: true);
        GatewayAnswer answer = await AskAsync(device, hsm.Settings);
        Assert.Contains(device.Exported.Uuid, answer.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_shared_token_a_device_has_its_own_key()
    {
        using var hsm = new SoftHsm();
        HsmSettings first = hsm.Settings with { Objects = DeviceObjects.Under(new ObjectId("0a")) };
        HsmSettings second = hsm.Settings with { Objects = DeviceObjects.Under(new ObjectId("0b")) };
        using RegisteredDevice one = await RegisteredDevice.MakeAsync(shared.Factory, "shared one", first);
        using RegisteredDevice two = await RegisteredDevice.MakeAsync(shared.Factory, "shared two", second);
        Assert.Contains(one.Exported.Uuid, (await AskAsync(one, first)).Words, StringComparison.Ordinal);
        Assert.Contains(two.Exported.Uuid, (await AskAsync(two, second)).Words, StringComparison.Ordinal);
        HsmSettings third = hsm.Settings with { Objects = DeviceObjects.Under(new ObjectId("0c")) };
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => AskAsync(one, third));
        Assert.Equal((ErrorId.HsmKeyNotFound, "aktualizr"), (error.Id, error.Target));
    }

    private static Task<GatewayAnswer> AskAsync(RegisteredDevice device, HsmSettings hsm) =>
        GatewayProbe.AskAsync(device.Config.SotaPath, hsm, device.Observer, CancellationToken.None);
}

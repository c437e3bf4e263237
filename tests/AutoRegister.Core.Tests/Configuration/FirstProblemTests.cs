using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>Everything is wrong at once; the problems come in upstream's order, one after the other.</summary>
public sealed class FirstProblemTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Fact]
    public void The_first_problem_of_upstreams_order_is_the_one_reported()
    {
        device.Write("/etc/sota/tag", "a b").Write("/etc/hostname", "").Set("USE_HOSTNAME", "1").Remove("/etc/lmp-device-register-token")
            .Write("/etc/sota/hsm", "touch /x").Set("APPS", "a\"b").Write("/etc/os-release", "LMP_FACTORY=lmp");
        var options = new SotaConfigOptions { Uuid = "x" };

        device.Fail(ErrorId.TagInvalid, options);
        device.Remove("/etc/sota/tag").Fail(ErrorId.HostnameInvalid, options);
        device.Write("/etc/hostname", "gate").Fail(ErrorId.TokenFileMissing, options);
        device.Write("/etc/lmp-device-register-token", "t").Fail(ErrorId.HsmFileInvalid, options);
        device.Remove("/etc/sota/hsm").Fail(ErrorId.AppsInvalid, options);
        device.Set("APPS", "a").Fail(ErrorId.FactoryMissing, options);
        device.Set("DEVICE_FACTORY", "acme").Fail(ErrorId.TagMissing, options);
        device.Write("/etc/sota/tag", "main").Fail(ErrorId.UuidInvalid, options);
        device.Fail(ErrorId.HardwareIdMissing, options with { Uuid = null });
        Assert.Equal("board", device.Read(options with { Uuid = null, HardwareId = "board" }).HardwareId);
    }

    [Fact]
    public void A_root_that_does_not_exist_is_said_first() =>
        Assert.Equal(
            ErrorId.RootNotFound,
            Assert.Throws<AutoRegisterException>(() => new SotaConfigReader(new() { Root = "/no/such/root" }, _ => null, device.Observer).Read()).Id);
}

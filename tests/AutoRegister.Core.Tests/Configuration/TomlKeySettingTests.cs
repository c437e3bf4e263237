using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>What a device allows its server's sota.toml besides the known keys.</summary>
public sealed class TomlKeySettingTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Fact]
    public void Without_it_the_known_keys_are_all()
    {
        SotaConfig config = device.Read();
        SettingAssert.Is(config, "AllowedTomlKeys", "", "default");
        Assert.Equal(SotaKeys.Standard.ToString(), config.TomlKeys.ToString());
        Assert.Null(config.TomlKeys.KindOf("telemetry", "our_key"));
    }

    [Fact]
    public void The_file_is_read_and_the_parameter_beats_it()
    {
        device.Write("/etc/sota/toml-keys", "# our own\r\n\n pacman.mirror : url # why\ndaemon.name\n");
        SotaConfig config = device.Read();
        SettingAssert.Is(config, "AllowedTomlKeys", "pacman.mirror : url,daemon.name", "/etc/sota/toml-keys");
        Assert.Equal((SotaValueKind.Url, SotaValueKind.Text), (config.TomlKeys.KindOf("pacman", "mirror"), config.TomlKeys.KindOf("daemon", "name")));
        config = device.Read(new() { AllowTomlKeys = ["daemon.level:number"] });
        SettingAssert.Is(config, "AllowedTomlKeys", "daemon.level:number", "parameter -AllowTomlKey");
        Assert.Null(config.TomlKeys.KindOf("daemon", "name"));
        Assert.Empty(device.Read(new() { IgnoreDeviceFiles = true, Factory = "acme", Tags = ["main"], HardwareId = "board" }).AllowedTomlKeys);
    }

    [Fact]
    public void A_line_that_names_no_key_is_refused_with_its_place()
    {
        device.Write("/etc/sota/toml-keys", "daemon.name\nbootloader.reboot_command\n");
        AutoRegisterException error = device.Fail(ErrorId.SettingInvalid);
        Assert.StartsWith(device.Below("/etc/sota/toml-keys") + ":2: 'bootloader.reboot_command' is a program", error.Message, StringComparison.Ordinal);
    }
}

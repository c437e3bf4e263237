using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>Which layer wins, and what is said about where a value came from.</summary>
public sealed class LayerTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Fact]
    public void A_plain_device_takes_files_and_defaults()
    {
        SotaConfig config = device.Read();

        SettingAssert.Is(config, "Factory", "acme", "/etc/os-release:3");
        SettingAssert.Is(config, "Tags", "devel", "/etc/sota/tag:1");
        SettingAssert.Is(config, "HardwareId", "intel-corei7-64", "/etc/os-release:2");
        SettingAssert.Is(config, "Name", "", "default");
        SettingAssert.Is(config, "Uuid", "", "default");
        SettingAssert.Is(config, "Production", "false", "default");
        SettingAssert.Is(config, "Apps", "", "default");
        SettingAssert.Is(config, "SotaDirectory", "/var/sota", "default");
        SettingAssert.Is(config, "DeviceApi", SotaConfig.DefaultDeviceApi, "default");
        SettingAssert.Is(config, "OAuthBase", SotaConfig.DefaultOAuthBase, "default");
        SettingAssert.Is(config, "ApiToken", "(secret)", "/etc/lmp-device-register-token:1");
        SettingAssert.Is(config, "ApiTokenHeader", "OSF-TOKEN", "default");
        SettingAssert.Is(config, "Hsm.Pin", "", "default");
        Assert.Null(config.Hsm);
        Assert.Null(config.RestorableApps);
        Assert.True(config.UseOstreeServer);
        Assert.Equal("token-1", SettingAssert.Text(config.ApiToken));
        Assert.Empty(device.Observer.Warnings);
    }

    [Fact]
    public void The_environment_beats_files()
    {
        device.Set("DEVICE_FACTORY", "other").Set("PRODUCTION", "0").Set("DEVICE_API", "https://factory.example/sign")
            .Set("OAUTH_BASE", "https://factory.example/oauth").Set("USE_HOSTNAME", "1").Set("APPS", "b,a")
            .Set("TOKEN_FILE", "/data/token").Write("/data/token", "\n token-2\n").Write("/var/sota/compose-apps/x", "");
        SotaConfig config = device.Read();

        SettingAssert.Is(config, "Factory", "other", "environment DEVICE_FACTORY");
        SettingAssert.Is(config, "Production", "true", "environment PRODUCTION");
        SettingAssert.Is(config, "DeviceApi", "https://factory.example/sign", "environment DEVICE_API");
        SettingAssert.Is(config, "OAuthBase", "https://factory.example/oauth", "environment OAUTH_BASE");
        SettingAssert.Is(config, "Name", "gate-7", "/etc/hostname:1");
        SettingAssert.Is(config, "Apps", "b,a", "environment APPS");
        SettingAssert.Is(config, "ApiToken", "(secret)", "/data/token:2");
        Assert.Equal("token-2", SettingAssert.Text(config.ApiToken));
    }

    [Fact]
    public void Parameters_beat_everything()
    {
        device.Set("DEVICE_FACTORY", "other").Set("APPS", "b").Set("USE_HOSTNAME", "1").Set("DEVICE_API", "https://e.example")
            .Credential("api-token", "token-c").Write("/etc/sota/tag", "").Write("/etc/sota/hsm", "garbage");
        var options = new SotaConfigOptions
        {
            Factory = "mine", Tags = ["one", "two,three"], HardwareId = "board", Name = "lamp 3", Uuid = "9F3F5B4E-7a35-4c1c-9a53-0c9b9d0ad8a1",
            DeviceGroup = "lab", Apps = ["x", "y"], RestorableApps = [], UseOstreeServer = false, Production = true, SotaDirectory = "/data/sota/",
            DeviceApi = "https://p.example/", OAuthBase = "https://p.example/o", ApiTokenHeader = "X-Token", NoHsm = true,
            ApiToken = Secret.FromUtf8("token-p"u8),
        };
        SotaConfig config = device.Read(options);

        SettingAssert.Is(config, "Factory", "mine", "parameter -Factory");
        SettingAssert.Is(config, "Tags", "one,two,three", "parameter -Tag");
        SettingAssert.Is(config, "HardwareId", "board", "parameter -HardwareId");
        SettingAssert.Is(config, "Name", "lamp 3", "parameter -Name");
        SettingAssert.Is(config, "Uuid", "9F3F5B4E-7a35-4c1c-9a53-0c9b9d0ad8a1", "parameter -Uuid");
        SettingAssert.Is(config, "DeviceGroup", "lab", "parameter -DeviceGroup");
        SettingAssert.Is(config, "Apps", "x,y", "parameter -Apps");
        SettingAssert.Is(config, "RestorableApps", "", "parameter -RestorableApps");
        SettingAssert.Is(config, "UseOstreeServer", "false", "parameter -UseOstreeServer");
        SettingAssert.Is(config, "Production", "true", "parameter -Production");
        SettingAssert.Is(config, "SotaDirectory", "/data/sota", "parameter -SotaDirectory");
        SettingAssert.Is(config, "DeviceApi", "https://p.example/", "parameter -DeviceApi");
        SettingAssert.Is(config, "ApiTokenHeader", "X-Token", "parameter -ApiTokenHeader");
        SettingAssert.Is(config, "ApiToken", "(secret)", "parameter -ApiToken");
        Assert.Equal("token-p", SettingAssert.Text(config.ApiToken));
        Assert.Empty(Assert.IsAssignableFrom<IReadOnlyList<string>>(config.RestorableApps));
        Assert.Null(config.Hsm);

        // The caller registers the next device with the same options.
        config.ApiToken!.Dispose();
        Assert.Equal("token-p", SettingAssert.Text(options.ApiToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("yes")]
    public void PRODUCTION_set_to_anything_beats_the_parameter(string value) =>
        Assert.True(device.Set("PRODUCTION", value).Read(new() { Production = false }).Production);

    [Theory]
    [InlineData("DEVICE_FACTORY")]
    [InlineData("DEVICE_API")]
    [InlineData("USE_HOSTNAME")]
    [InlineData("APPS")]
    [InlineData("TOKEN_FILE")]
    [InlineData("CREDENTIALS_DIRECTORY")]
    public void An_empty_variable_counts_as_none(string name)
    {
        SotaConfig config = device.Set(name, "").Read();
        SettingAssert.Is(config, "Factory", "acme", "/etc/os-release:3");
        SettingAssert.Is(config, "Name", "", "default");
        SettingAssert.Is(config, "DeviceApi", SotaConfig.DefaultDeviceApi, "default");
        SettingAssert.Is(config, "ApiToken", "(secret)", "/etc/lmp-device-register-token:1");
    }

    [Fact]
    public void No_secret_is_in_the_table_or_the_text_of_the_configuration()
    {
        SotaConfig config = device.WriteHsm().Read();
        string text = string.Join('\n', config.Settings) + config + config.Hsm;
        Assert.DoesNotContain("token-1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("87654321", text, StringComparison.Ordinal);
        Assert.DoesNotContain("12345678", text, StringComparison.Ordinal);
    }
}

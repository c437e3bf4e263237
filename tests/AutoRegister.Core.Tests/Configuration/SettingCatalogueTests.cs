using System.Reflection;
using AutoRegister.Core.Configuration;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>The catalogue of settings names what is there, and leaves nothing out.</summary>
public sealed class SettingCatalogueTests : IDisposable
{
    private static readonly string[] NoSettings =
        ["UseHostname", "ApiTokenPath", "NoHsm", "AllowPlainHttp", "SkipApiToken", "ApiTokenOptional", "IgnoreDeviceFiles"];

    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Fact]
    public void Each_is_said_by_a_property_of_the_options_and_each_of_those_is_one() => Assert.Equal(
        Names(typeof(SotaConfigOptions)).Except(NoSettings),
        SettingCatalogue.All.Where(setting => setting.Name != "Hsm.CallTimeout").Select(setting => setting.Given).Order(StringComparer.Ordinal));

    [Fact]
    public void What_a_device_is_goes_with_it_whole()
    {
        var told = new DeviceDescription
        {
            Factory = "f", Tags = ["t"], HardwareId = "h", Name = "n", Uuid = "u", ValidateUuid = false, Production = true, DeviceGroup = "g", Apps = ["a"], RestorableApps = ["r"],
            UseOstreeServer = false,
        };
        SotaConfigOptions said = SettingCatalogue.Repeat(told, new SotaConfigOptions());
        Assert.All(
            typeof(DeviceDescription).GetProperties(BindingFlags.Public | BindingFlags.Instance),
            property => Assert.Equal(property.GetValue(told), said.Said(property.Name)));
    }

    [Fact]
    public void A_configuration_shows_what_its_two_parts_have()
    {
        Assert.Empty(Names(typeof(DeviceDescription)).Except(Names(typeof(SotaConfig))));
        SotaConfig config = device.Read(new() { DeviceGroup = "red", ApiTokenHeader = "X-OWN" });
        Assert.Equal(("red", "X-OWN"), (config.Device.DeviceGroup, config.Access.ApiTokenHeader));
        SotaConfig other = config with { DeviceGroup = "blue", ApiTokenHeader = "X-OTHER" };
        Assert.Equal(("red", "X-OWN", "blue", "X-OTHER"), (config.DeviceGroup, config.ApiTokenHeader, other.DeviceGroup, other.ApiTokenHeader));
    }

    [Fact]
    public void Each_has_its_row_in_the_table_and_its_default_where_nobody_says_it()
    {
        SotaConfig config = device.WriteHsm().Read();
        Assert.Equal(SettingCatalogue.All.Select(setting => setting.Name), config.Settings.Select(row => row.Name));
        Assert.All(
            SettingCatalogue.All.Where(setting => setting.Default is not null && setting.Name != "Root"),
            setting => SettingAssert.Is(config, setting.Name, setting.Default!, "default"));
    }

    [Fact]
    public void What_was_said_last_counts_and_a_copy_is_one()
    {
        var first = new SotaConfigOptions { DeviceGroup = "red", Production = true };
        SotaConfigOptions second = first with { DeviceGroup = null, Production = false };
        Assert.Equal(("red", true, null, false), (first.DeviceGroup, first.Production, second.DeviceGroup, second.Production));
    }

    private static IEnumerable<string> Names(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name).Order(StringComparer.Ordinal);
}

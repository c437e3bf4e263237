using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>A registered device that is told to be something else stays what it is, and says so.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class InstalledDifferenceTests(FactoryFixture shared) : IClassFixture<FactoryFixture>
{
    private const string Given = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";

    public static TheoryData<string, string> Settings => new()
    {
        { "Uuid", Given },
        { "Name", "another" },
        { "Factory", "other" },
        { "Tags", "devel" },
        { "HardwareId", "board-9" },
        { "Production", "true" },
        { "DeviceGroup", "lab" },
        { "Apps", "shellhttpd" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task What_a_parameter_says_is_an_error_that_names_both_and_changes_nothing(string setting, string told)
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"parameter {setting}");
        var before = device.Exported.Files.ToDictionary(file => file, File.ReadAllBytes);
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Again(device, Tell(device.Config, setting, told, SettingSourceKind.Parameter)));
        Assert.Equal((ErrorId.AlreadyRegistered, FailureSort.NeedsPerson), (error.Id, error.Sort));
        Assert.Contains($"parameter -{setting} says '{told}'. Nothing was changed.", error.Message, StringComparison.Ordinal);
        Assert.Contains($"is registered in '{device.Config.SotaPath}' as {device.Exported.Uuid}", error.Message, StringComparison.Ordinal);
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task What_a_file_or_the_environment_says_is_a_warning_and_a_success(string setting, string told)
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"environment {setting}");
        DeviceKey again = Again(device, Tell(device.Config, setting, told, SettingSourceKind.Environment));
        Assert.Equal((RegistrationState.Registered, device.Exported.Uuid), (again.State, again.Uuid));
        InstalledDifference difference = Assert.Single(again.Differences);
        Assert.Equal((setting, told), (difference.Setting, difference.Told));
        Assert.Contains("Nothing was changed.", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_options_again_are_no_difference()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "the same");
        SotaConfig told = device.Config with { Uuid = device.Exported.Uuid.ToUpperInvariant() };
        Assert.Empty(Again(device, told with { Settings = [Setting("Uuid"), Setting("Name"), Setting("Factory"), Setting("Tags"), Setting("HardwareId")] }).Differences);
        Assert.Empty(device.Observer.Warnings);
    }

    [Fact]
    public async Task The_images_own_tag_changes_with_updates_and_is_no_option()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "image");
        SotaConfig told = device.Config with { Tags = ["devel"], HardwareId = "board-2", Settings = [OfImage("Tags"), OfImage("HardwareId"), OfImage("Factory")] };
        Assert.Empty(Again(device, told).Differences);
        Assert.Empty(device.Observer.Warnings);

        // An image of another factory is no update.
        Assert.Equal("Factory", Assert.Single(Again(device, told with { Factory = "other" }).Differences).Setting);
    }

    [Fact]
    public async Task A_token_for_a_device_whose_key_is_a_file_is_a_difference()
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "told a token");
        SotaConfig told = device.Config with { Hsm = hsm.Settings, Settings = [Setting("Hsm.ModulePath")] };
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Again(device, told));
        Assert.Contains("the key is a file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_nothing_has_kept_is_not_compared()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "forgotten");
        device.Edit("sota.toml", text => text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        Assert.Empty(Again(device, Tell(device.Config, "Name", "another", SettingSourceKind.Parameter)).Differences);
    }

    private static DeviceKey Again(RegisteredDevice device, SotaConfig config) =>
        new Enroller(new EnrollerOptions(), device.Observer).MakeKey(config, replace: false, CancellationToken.None);

    private static Setting Setting(string name) => new(name, string.Empty, new SettingSource(SettingSourceKind.Parameter, name));

    private static Setting OfImage(string name) => new(name, string.Empty, new SettingSource(SettingSourceKind.File, "/etc/os-release", 3));

    private static SotaConfig Tell(SotaConfig config, string setting, string told, SettingSourceKind kind) => (setting switch
    {
        "Uuid" => config with { Uuid = told },
        "Name" => config with { Name = told },
        "Factory" => config with { Factory = told },
        "Tags" => config with { Tags = [told] },
        "HardwareId" => config with { HardwareId = told },
        "Production" => config with { Production = true },
        "DeviceGroup" => config with { DeviceGroup = told },
        _ => config with { Apps = [told] },
    }) with
    {
        Settings = [new Setting(setting, told, new SettingSource(kind, setting))],
    };
}

using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>CONTRACT 1: factory and hardware id.</summary>
public sealed class OsReleaseTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData("LMP_FACTORY=acme", "acme")]
    [InlineData("LMP_FACTORY=\"acme\"", "acme")]
    [InlineData("LMP_FACTORY='acme'\r", "acme")]
    [InlineData("LMP_FACTORY=acme # ours", "acme")]
    [InlineData("  LMP_FACTORY=\"ac\"'me'", "acme")]
    [InlineData("LMP_FACTORY=first\nLMP_FACTORY=acme", "acme")]
    [InlineData("not an assignment $(id)\nPRETTY_NAME=\"x\nLMP_FACTORYX=y\nLMP_FACTORY=acme", "acme")]
    public void Quoted_or_not(string lines, string factory) =>
        Assert.Equal(factory, device.Write("/etc/os-release", "LMP_MACHINE=m\n" + lines + "\n").Read().Factory);

    [Theory]
    [InlineData("LMP_FACTORY")]
    [InlineData("LMP_FACTORY = acme")]
    [InlineData("LMP_FACTORY=a b")]
    [InlineData("LMP_FACTORY=\"acme")]
    [InlineData("LMP_FACTORY=$(id)")]
    [InlineData("LMP_MACHINE=`id`")]
    public void Our_variable_but_not_an_assignment(string line) =>
        Assert.Contains("/etc/os-release:2", device.Write("/etc/os-release", "ID=x\n" + line).Fail(ErrorId.OsReleaseInvalid).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", ErrorId.FactoryMissing)]
    [InlineData("LMP_FACTORY=\"\"", ErrorId.FactoryMissing)]
    [InlineData("LMP_FACTORY=lmp", ErrorId.FactoryMissing)]
    [InlineData("LMP_FACTORY='a b'", ErrorId.FactoryInvalid)]
    [InlineData("LMP_FACTORY='a/b'", ErrorId.FactoryInvalid)]
    [InlineData("LMP_FACTORY=acmé", ErrorId.FactoryInvalid)]
    [InlineData("LMP_FACTORY=a123456789b123456789c123456789d123456789e123456789f123456789x1234", ErrorId.FactoryInvalid)]
    [InlineData("LMP_FACTORY=acme", ErrorId.HardwareIdMissing)]
    [InlineData("LMP_FACTORY=acme\nLMP_MACHINE=", ErrorId.HardwareIdMissing)]
    [InlineData("LMP_FACTORY=acme\nLMP_MACHINE='{x}'", ErrorId.HardwareIdInvalid)]
    public void A_factory_or_machine_that_cannot_be_used(string text, ErrorId id) => device.Write("/etc/os-release", text).Fail(id);

    [Fact]
    public void Parameters_and_environment_obey_the_same_rules()
    {
        device.Fail(ErrorId.FactoryMissing, new() { Factory = "" });
        device.Fail(ErrorId.FactoryMissing, new() { Factory = "lmp" });
        device.Fail(ErrorId.FactoryInvalid, new() { Factory = "a:b" });
        device.Fail(ErrorId.HardwareIdMissing, new() { HardwareId = "" });
        device.Fail(ErrorId.HardwareIdInvalid, new() { HardwareId = "a b" });
        device.Set("DEVICE_FACTORY", "lmp").Fail(ErrorId.FactoryMissing);
    }

    [Fact]
    public void The_vendors_file_stands_in_for_a_missing_one()
    {
        device.Remove("/etc/os-release").Fail(ErrorId.FactoryMissing);
        SettingAssert.Is(device.Write("/usr/lib/os-release", DeviceRoot.OsReleaseText).Read(), "Factory", "acme", "/usr/lib/os-release:3");
    }

    [Theory]
    [InlineData("LMP_FACTRY", "LMP_FACTORY", ErrorId.FactoryMissing)]
    [InlineData("LMP_FACTORYTAG", "LMP_FACTORY_TAG", ErrorId.TagMissing)]
    [InlineData("LMP_MASHINE", "LMP_MACHINE", ErrorId.HardwareIdMissing)]
    [InlineData("lmp_machine", "LMP_MACHINE", ErrorId.HardwareIdMissing)]
    public void A_misspelt_variable_is_named_where_it_is_missing(string written, string name, ErrorId id)
    {
        string text = string.Join('\n', DeviceRoot.OsReleaseText.Split('\n').Select(line => line.StartsWith(name + "=", StringComparison.Ordinal) ? written + line[name.Length..] : line));
        AutoRegisterException error = device.Remove("/etc/sota/tag").Write("/etc/os-release", text).Fail(id);
        Assert.Matches($"{device.Below("/etc/os-release")} has no {name} \\(but {written} in {device.Below("/etc/os-release")}:[234], which is not read\\)", error.Message);
    }

    [Fact]
    public void Paths_below_a_root_can_be_opened()
    {
        AutoRegisterException missing = device.Remove("/etc/os-release").Remove("/etc/sota/tag").Fail(ErrorId.FactoryMissing);
        Assert.Contains($"there is no {device.Below("/etc/os-release")}", missing.Message, StringComparison.Ordinal);
        missing = device.Fail(ErrorId.TagMissing, new() { Factory = "acme" });
        Assert.Equal($"No tag is configured: there is no {device.Below("/etc/sota/tag")}, and there is no {device.Below("/etc/os-release")}.", missing.Message);
        Assert.Contains(device.Below("/etc/sota/tag"), missing.RecommendedAction, StringComparison.Ordinal);
        missing = device.Write("/etc/sota/tag", "main").Remove("/etc/lmp-device-register-token").Fail(ErrorId.TokenFileMissing);
        Assert.Contains(device.Below("/etc/lmp-device-register-token"), missing.Message, StringComparison.Ordinal);
        Assert.Contains(device.Below("/etc/lmp-device-register-token"), missing.RecommendedAction, StringComparison.Ordinal);
        missing = device.Remove("/etc/hostname").Set("USE_HOSTNAME", "1").Fail(ErrorId.HostnameInvalid);
        Assert.StartsWith(device.Below("/etc/hostname"), missing.Message, StringComparison.Ordinal);
        Assert.Contains(device.Below("/etc/hostname"), missing.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_is_the_one_that_links_lead_to_below_the_root_and_a_link_into_nowhere_itself()
    {
        device.Link("/etc/sota/tag", "/usr/share/tag").Write("/usr/share/tag", "a b");
        Assert.StartsWith(device.Below("/usr/share/tag") + ":1: ", device.Fail(ErrorId.TagInvalid).Message, StringComparison.Ordinal);
        device.Remove("/usr/share/tag");
        Assert.StartsWith(device.Below("/etc/sota/tag") + " cannot be read: it is a symbolic link", device.Fail(ErrorId.FileUnreadable).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_with_a_name_before_it_is_told_to_stand_alone() =>
        Assert.Equal("Write the tag alone, without a name before it.", device.Write("/etc/sota/tag", "LMP_FACTORY_TAG=main").Fail(ErrorId.TagInvalid).RecommendedAction);
}

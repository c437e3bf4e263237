using AutoRegister.Core.Configuration;
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
}

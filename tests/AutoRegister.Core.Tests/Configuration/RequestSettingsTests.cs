using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>Group, header and SOTA directory.</summary>
public sealed class RequestSettingsTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\nb")]
    [InlineData("a\u2028b")]
    public void A_group_that_cannot_be_used(string group) => device.Fail(ErrorId.SettingInvalid, new() { DeviceGroup = group });

    [Fact]
    public void A_group_is_any_name_of_sensible_length()
    {
        Assert.Equal("Straße 7", device.Read(new() { DeviceGroup = "Straße 7" }).DeviceGroup);
        device.Fail(ErrorId.SettingInvalid, new() { DeviceGroup = new string('g', 256) });
    }

    [Theory]
    [InlineData("")]
    [InlineData("OSF TOKEN")]
    [InlineData("OSF-TOKEN:")]
    [InlineData("X\r\nY")]
    [InlineData("tökén")]
    [InlineData("host")]
    [InlineData("Content-Type")]
    [InlineData("content-length")]
    [InlineData("Transfer-Encoding")]
    public void A_header_that_cannot_be_used(string header) => device.Fail(ErrorId.SettingInvalid, new() { ApiTokenHeader = header });

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("var/sota")]
    [InlineData("/var/../sota")]
    [InlineData("/var/sota/..")]
    [InlineData("/var/so\"ta")]
    [InlineData("/var/so\\ta")]
    [InlineData("/var/so\nta")]
    public void A_directory_that_cannot_be_used(string directory) => device.Fail(ErrorId.SettingInvalid, new() { SotaDirectory = directory });
}

using AutoRegister.Core.Files;
using AutoRegister.Core.Tests.Configuration;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>Links in a mounted image stay in the image.</summary>
public sealed class RootedPathTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData("/usr/lib/os-release")]
    [InlineData("../usr/lib/os-release")]
    [InlineData("../../../../../../usr/lib/os-release")]
    [InlineData("/usr/lib/../lib/./os-release")]
    public void A_link_leads_to_the_images_file(string target)
    {
        device.Link("/etc/os-release", target).Write("/usr/lib/os-release", DeviceRoot.OsReleaseText.Replace("acme", "inside", StringComparison.Ordinal));
        Assert.Equal(device.Below("/usr/lib/os-release"), RootedPath.Resolve(device.Path, "/etc/os-release"));
        SettingAssert.Is(device.Read(), "Factory", "inside", "/usr/lib/os-release:3");
    }

    [Fact]
    public void A_linked_directory_is_followed_too()
    {
        Directory.Delete(device.Below("/etc/sota"), recursive: true);
        device.Link("/etc/sota", "/usr/etc/sota").Write("/usr/etc/sota/tag", "linked");
        Assert.Equal(["linked"], device.Read().Tags);
    }

    [Fact]
    public void With_the_real_root_the_path_is_the_kernels_business() => Assert.Equal("/etc/os-release", RootedPath.Resolve("/", "/etc/os-release"));

    [Fact]
    public void What_does_not_exist_stays_as_it_is() =>
        Assert.Equal(device.Below("/no/file"), RootedPath.Resolve(device.Path, "/no/such/../file"));
}

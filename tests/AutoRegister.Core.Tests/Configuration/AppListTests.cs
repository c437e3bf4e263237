using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>CONTRACT 1: apps, from <c>APPS</c> or what the image is preloaded with.</summary>
public sealed class AppListTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Fact]
    public void The_names_of_what_is_preloaded_as_ls_sorts_them()
    {
        device.Write("/var/sota/compose-apps/b/docker-compose.yml", "").Write("/var/sota/compose-apps/a/x", "")
            .Write("/var/sota/compose-apps/B/x", "").Write("/var/sota/compose-apps/file", "").Write("/var/sota/compose-apps/.hidden/x", "");
        SettingAssert.Is(device.Read(), "Apps", "B,a,b,file", "/var/sota/compose-apps");
    }

    [Fact]
    public void A_name_with_a_blank_stays_one_name_with_a_warning()
    {
        Assert.Equal(["my app"], device.Write("/var/sota/compose-apps/my app/x", "").Read().Apps);
        Assert.Contains("my app", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b", "a,b")]
    [InlineData(" a , b ", "a,b")]
    [InlineData("a,,b,", "a,b")]
    [InlineData("*", "*")]
    public void The_variable(string value, string apps) => SettingAssert.Is(device.Set("APPS", value).Read(), "Apps", apps, "environment APPS");

    [Theory]
    [InlineData(",")]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    public void A_variable_that_cannot_be_used(string value) => device.Set("APPS", value).Fail(ErrorId.AppsInvalid);

    [Theory]
    [InlineData("a,b")]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    public void A_preloaded_name_that_cannot_be_used(string name) =>
        Assert.Contains("/var/sota/compose-apps", device.Write($"/var/sota/compose-apps/{name}/x", "").Fail(ErrorId.AppsInvalid).Message, StringComparison.Ordinal);

    [Fact]
    public void Parameters_have_three_cases_of_restorable_apps()
    {
        Assert.Null(device.Read().RestorableApps);
        Assert.Empty(device.Read(new() { RestorableApps = [] }).RestorableApps!);
        Assert.Equal(["r"], device.Read(new() { RestorableApps = ["r"] }).RestorableApps);
        device.Fail(ErrorId.AppsInvalid, new() { RestorableApps = ["a,b"] });
        device.Fail(ErrorId.AppsInvalid, new() { Apps = [" "] });
    }

    [Fact]
    public void An_empty_list_of_apps_means_all_whatever_is_preloaded() =>
        Assert.Empty(device.Write("/var/sota/compose-apps/a/x", "").Read(new() { Apps = [] }).Apps);

    [Fact]
    public void The_SOTA_directory_is_where_they_are_looked_for() =>
        SettingAssert.Is(device.Write("/data/sota/compose-apps/a/x", "").Read(new() { SotaDirectory = "/data/sota" }), "Apps", "a", "/data/sota/compose-apps");

    [Fact]
    public void A_file_in_its_place_is_no_list() => Assert.Empty(device.Write("/var/sota/compose-apps", "x").Read().Apps);
}

using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>CONTRACT 1: <c>/etc/sota/tag</c> and <c>LMP_FACTORY_TAG</c>.</summary>
public sealed class TagTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData("main", 1)]
    [InlineData("main\n", 1)]
    [InlineData("main\r\n", 1)]
    [InlineData("  main\t \n\n\n", 1)]
    [InlineData("\n\r\n main", 3)]
    [InlineData("\uFEFFmain\n", 1)]
    public void One_tag_with_anything_around_it(string text, int line) =>
        SettingAssert.Is(device.Write("/etc/sota/tag", text).Read(), "Tags", "main", $"/etc/sota/tag:{line}");

    [Theory]
    [InlineData("", "/etc/sota/tag")]
    [InlineData("\n \r\n", "/etc/sota/tag")]
    [InlineData("main\n\ndevel\n", "/etc/sota/tag:3")]
    [InlineData("main devel", "a blank")]
    [InlineData("*", "'*'")]
    [InlineData("$(touch x)", "'$'")]
    [InlineData("`id`", "'`'")]
    [InlineData("main\"", "'\"'")]
    [InlineData("tég", "'é'")]
    [InlineData("a,,b", "empty tag")]
    [InlineData("a,", "empty tag")]
    [InlineData(",a", "empty tag")]
    public void Anything_else_is_an_error_that_names_the_place(string text, string named)
    {
        AutoRegisterException error = device.Write("/etc/sota/tag", text).Fail(ErrorId.TagInvalid);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("/etc/sota/tag", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_is_passed_on_with_a_warning()
    {
        Assert.Equal(["main", "devel"], device.Write("/etc/sota/tag", "main,devel\n").Read().Tags);
        Assert.Contains("/etc/sota/tag:1", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_file_the_image_decides() =>
        SettingAssert.Is(device.Remove("/etc/sota/tag").Read(), "Tags", "main", "/etc/os-release:4");

    [Theory]
    [InlineData("LMP_FACTORY=acme\nLMP_MACHINE=m\n", ErrorId.TagMissing)]
    [InlineData("LMP_FACTORY=acme\nLMP_MACHINE=m\nLMP_FACTORY_TAG=\"\"\n", ErrorId.TagMissing)]
    [InlineData("LMP_FACTORY=acme\nLMP_MACHINE=m\nLMP_FACTORY_TAG=\"a b\"\n", ErrorId.TagInvalid)]
    public void An_image_without_a_usable_tag(string osRelease, ErrorId id) =>
        device.Remove("/etc/sota/tag").Write("/etc/os-release", osRelease).Fail(id);

    [Theory]
    [InlineData("", ErrorId.TagInvalid)]
    [InlineData("a b", ErrorId.TagInvalid)]
    [InlineData("a,,b", ErrorId.TagInvalid)]
    public void A_parameter_obeys_the_same_rules(string tag, ErrorId id) =>
        Assert.Contains("-Tag", device.Fail(id, new() { Tags = [tag] }).Message, StringComparison.Ordinal);

    [Fact]
    public void An_empty_list_is_no_tag() => device.Fail(ErrorId.TagMissing, new() { Tags = [] });
}

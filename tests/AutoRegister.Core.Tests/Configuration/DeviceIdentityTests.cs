using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>UUID and name.</summary>
public sealed class DeviceIdentityTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData("9f3f5b4e-7a35-4c1c-9a53-0c9b9d0ad8a1", true)]
    [InlineData("9F3F5B4E-7A35-0000-0000-0C9B9D0AD8A1", true)]
    [InlineData("9f3f5b4e7a354c1c9a530c9b9d0ad8a1", false)]
    [InlineData("{9f3f5b4e-7a35-4c1c-9a53-0c9b9d0ad8a1}", false)]
    [InlineData("9f3f5b4e-7a35-4c1c-9a53-0c9b9d0ad8ag", false)]
    [InlineData("9f3f5b4e-7a35-4c1c-9a53-0c9b9d0ad8a1\n", false)]
    [InlineData("9f3f5b4e-7a35-4c1c-9a530-c9b9d0ad8a1", false)]
    [InlineData("", false)]
    public void The_form_of_a_UUID(string text, bool wellFormed)
    {
        Assert.Equal(wellFormed, DeviceUuid.IsWellFormed(text));
        if (wellFormed)
        {
            SettingAssert.Is(device.Read(new() { Uuid = text }), "Uuid", text, "parameter -Uuid");
        }
        else
        {
            device.Fail(ErrorId.UuidInvalid, new() { Uuid = text });
        }
    }

    [Fact]
    public void A_random_UUID_is_of_version_4_and_lower_case()
    {
        var made = Enumerable.Range(0, 100).Select(_ => DeviceUuid.NewRandom()).ToHashSet();
        Assert.Equal(100, made.Count);
        Assert.All(made, u => Assert.True(DeviceUuid.IsWellFormed(u) && u[14] == '4' && u[19] is '8' or '9' or 'a' or 'b'));
        Assert.All(made, u => Assert.DoesNotContain(u, char.IsUpper));
    }

    [Fact]
    public void Without_validation_any_printable_text_is_taken_with_upstreams_warning()
    {
        Assert.Equal("board-17", device.Read(new() { Uuid = "board-17", ValidateUuid = false }).Uuid);
        Assert.Contains("please consider using a valid format", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    [InlineData("a123456789b123456789c123456789d123456789e123456789f123456789x1234")]
    public void But_not_what_no_certificate_could_name(string uuid) =>
        device.Fail(ErrorId.UuidInvalid, new() { Uuid = uuid, ValidateUuid = false });

    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\u202eb")]
    public void A_name_that_cannot_be_used(string name) => device.Fail(ErrorId.DeviceNameInvalid, new() { Name = name });

    [Fact]
    public void A_name_has_an_end() => device.Fail(ErrorId.DeviceNameInvalid, new() { Name = new string('n', DeviceName.MaximumLength + 1) });

    [Fact]
    public void What_just_fits_is_taken()
    {
        string name = new('n', DeviceName.MaximumLength);
        string uuid = new('u', 64);
        string host = new('h', 64);
        Assert.Equal(name, device.Read(new() { Name = name }).Name);
        Assert.Equal(uuid, device.Read(new() { Uuid = uuid, ValidateUuid = false }).Uuid);
        device.Write("/etc/hostname", host);
        Assert.Equal(host, device.Read(new() { UseHostname = true }).Name);
    }

    [Theory]
    [InlineData("gate-7", 1)]
    [InlineData(" gate-7 \r\n", 1)]
    [InlineData("# a comment\n\ngate-7\n", 3)]
    public void The_host_name(string text, int line)
    {
        device.Write("/etc/hostname", text);
        SettingAssert.Is(device.Read(new() { UseHostname = true }), "Name", "gate-7", $"/etc/hostname:{line}");
        SettingAssert.Is(device.Set("USE_HOSTNAME", "0").Read(), "Name", "gate-7", $"/etc/hostname:{line}");
        Assert.Null(device.Read(new() { UseHostname = false }).Name);
        Assert.Equal("chosen", device.Read(new() { UseHostname = true, Name = "chosen" }).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("# only a comment\n")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("*")]
    [InlineData("a123456789b123456789c123456789d123456789e123456789f123456789x1234")]
    public void A_host_name_that_cannot_be_used(string text) =>
        Assert.Contains("/etc/hostname", device.Write("/etc/hostname", text).Set("USE_HOSTNAME", "1").Fail(ErrorId.HostnameInvalid).Message, StringComparison.Ordinal);

    [Fact]
    public void A_host_name_that_is_not_there()
    {
        device.Remove("/etc/hostname").Set("USE_HOSTNAME", "1").Fail(ErrorId.HostnameInvalid);
        Assert.Null(device.Set("USE_HOSTNAME", "").Read(new SotaConfigOptions()).Name);
    }
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Line;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Line;

/// <summary>A row of the line's list over what the line shares: the row wins where it says something.</summary>
public sealed class DeviceRowTests : IDisposable
{
    private static readonly SotaConfig Line = new()
    {
        Root = "/", OutputPath = "/line", Factory = "acme", Tags = ["main"], HardwareId = "board", Name = "line", Uuid = "11111111-1111-4111-8111-111111111111",
        DeviceGroup = "blue", Hsm = new HsmSettings { ModulePath = "/module.so", Pin = Secret.FromUtf8("1234"u8), SoPin = Secret.FromUtf8("5678"u8), TokenLabel = "shared", TokenSerial = "1" },
    };

    private readonly RecordingObserver observer = new();
    private readonly DirectoryInfo image = Directory.CreateTempSubdirectory("image-");

    [Fact]
    public void What_a_row_says_is_the_devices()
    {
        SotaConfig made = Apply(new DeviceRow
        {
            Name = "lamp-1", Uuid = "22222222-2222-4222-8222-222222222222", Root = image.FullName, OutputPath = "/out/1", Tags = ["one", "two"], DeviceGroup = "red",
            TokenLabel = "own", TokenSerial = "2", KeyId = "0A0b",
        });
        Assert.Equal(("lamp-1", "22222222-2222-4222-8222-222222222222", image.FullName, "/out/1", "red"), (made.Name, made.Uuid, made.Root, made.OutputPath, made.DeviceGroup));
        Assert.Equal(["one", "two"], made.Tags);
        Assert.Equal(("own", "2", "0a0b", "tls-0a0b"), (made.Hsm!.TokenLabel, made.Hsm.TokenSerial, made.Hsm.Objects.KeyId.Hex, made.Hsm.Objects.KeyLabel));
        Assert.Equal(("acme", "board"), (made.Factory, made.HardwareId));
    }

    [Fact]
    public void What_a_row_does_not_say_is_the_lines()
    {
        SotaConfig made = Apply(new DeviceRow { OutputPath = "/out/2" });
        Assert.Equal(Line with { OutputPath = "/out/2", Hsm = made.Hsm, SecretOwner = SecretOwner.Other, Settings = made.Settings }, made);
        Assert.Equal(Line.Settings.AsEnumerable(), made.Settings);
        Assert.Equal(Line.Hsm, made.Hsm);
    }

    [Fact]
    public void With_a_root_of_its_own_the_lines_folder_is_not_the_devices()
    {
        SotaConfig made = Apply(new DeviceRow { Root = image.FullName });
        Assert.Null(made.OutputPath);
        Assert.Equal(image.FullName + "/var/sota", made.SotaPath);
    }

    public static TheoryData<DeviceRow, ErrorId> Unusable => new()
    {
        { new DeviceRow(), ErrorId.SettingInvalid },
        { new DeviceRow { OutputPath = "/o", Name = "two\nlines" }, ErrorId.DeviceNameInvalid },
        { new DeviceRow { OutputPath = "/o", Uuid = "1" }, ErrorId.UuidInvalid },
        { new DeviceRow { Root = "relative" }, ErrorId.RootNotFound },
        { new DeviceRow { OutputPath = "/o", Tags = ["a b"] }, ErrorId.TagInvalid },
        { new DeviceRow { OutputPath = "/o", DeviceGroup = "two\nlines" }, ErrorId.SettingInvalid },
        { new DeviceRow { OutputPath = "/o", TokenLabel = new string('a', 33) }, ErrorId.HsmSettingUnusable },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void What_cannot_be_used_is_refused(DeviceRow row, ErrorId id) => Assert.Equal(id, Assert.Throws<AutoRegisterException>(() => Apply(row)).Id);

    [Theory]
    [InlineData("lamp", null, "The device lamp has no directory")]
    [InlineData(null, "33333333-3333-4333-8333-333333333333", "The device 33333333-3333-4333-8333-333333333333 has no directory")]
    [InlineData(null, null, "The device of this row has no directory")]
    public void The_device_is_named(string? name, string? uuid, string words) =>
        Assert.StartsWith(words, Assert.Throws<AutoRegisterException>(() => Apply(new DeviceRow { Name = name, Uuid = uuid })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_token_needs_a_module()
    {
        SotaConfig files = Line with { Hsm = null };
        Assert.Null(new DeviceRow { OutputPath = "/o" }.ApplyTo(files, observer).Hsm);
        DeviceRow[] rows = [new() { OutputPath = "/o", TokenLabel = "a" }, new() { OutputPath = "/o", TokenSerial = "a" }, new() { OutputPath = "/o", KeyId = "01" }];
        Assert.All(rows, row => Assert.Equal(ErrorId.HsmSettingMissing, Assert.Throws<AutoRegisterException>(() => row.ApplyTo(files, observer)).Id));
    }

    [Fact]
    public void A_line_that_does_not_check_uuids_takes_any()
    {
        SotaConfig made = new DeviceRow { OutputPath = "/o", Uuid = "serial-7" }.ApplyTo(Line with { ValidateUuid = false }, observer);
        Assert.Equal("serial-7", made.Uuid);
    }

    public void Dispose() => image.Delete();

    private SotaConfig Apply(DeviceRow row) => row.ApplyTo(Line, observer);
}

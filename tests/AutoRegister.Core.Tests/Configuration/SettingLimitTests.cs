using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>What just fits is taken, and one character more is refused; of a value that several sources give, the first one counts.</summary>
public sealed class SettingLimitTests : IDisposable
{
    private readonly DeviceRoot device = new();

    [Fact]
    public void Factory()
    {
        Assert.Equal(64, device.Read(new() { Factory = new string('f', 64) }).Factory.Length);
        device.Fail(ErrorId.FactoryInvalid, new() { Factory = new string('f', 65) });
    }

    [Fact]
    public void HardwareId()
    {
        Assert.Equal(200, device.Read(new() { HardwareId = new string('h', 200) }).HardwareId.Length);
        device.Fail(ErrorId.HardwareIdInvalid, new() { HardwareId = new string('h', 201) });
    }

    [Fact]
    public void Tag()
    {
        Assert.Equal(255, device.Read(new() { Tags = [new string('t', 255)] }).Tags[0].Length);
        device.Fail(ErrorId.TagInvalid, new() { Tags = [new string('t', 256)] });
    }

    [Fact]
    public void Group()
    {
        Assert.Equal(255, device.Read(new() { DeviceGroup = new string('g', 255) }).DeviceGroup!.Length);
        device.Fail(ErrorId.SettingInvalid, new() { DeviceGroup = new string('g', 256) });
    }

    [Fact]
    public void TokenLabel()
    {
        device.WriteHsm();
        Assert.Equal(32, device.Read(new() { TokenLabel = new string('l', 32) }).Hsm!.TokenLabel.Length);
        device.Fail(ErrorId.HsmSettingUnusable, new() { TokenLabel = new string('l', 33) });

        // 32 bytes of UTF-8, not 32 characters.
        device.Fail(ErrorId.HsmSettingUnusable, new() { TokenLabel = new string('ü', 17) });
        device.Fail(ErrorId.HsmSettingUnusable, new() { TokenLabel = "quoted\"" });
    }

    [Fact]
    public void ApiToken()
    {
        device.Write("/etc/lmp-device-register-token", new string('a', 4096));
        Assert.Equal(4096, device.Read().ApiToken!.Length);
        device.Write("/etc/lmp-device-register-token", new string('a', 4097)).Fail(ErrorId.TokenFileInvalid);
    }

    [Theory]
    [InlineData("q zx", "a blank")]
    [InlineData("q\tzx", "a blank")]
    [InlineData("qüzx", "not ASCII")]
    public void WhatIsWrongWithAnApiTokenIsNamed(string token, string what)
    {
        AutoRegisterException error = device.Write("/etc/lmp-device-register-token", token).Fail(ErrorId.TokenFileInvalid);
        Assert.Contains($"character 2 is {what}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(token, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APinFromAParameterBeatsTheCredentialAndThatTheFile()
    {
        device.WriteHsm("file-pin").Credential("hsm-pin", "credential-pin").Credential("hsm-so-pin", "credential-so-pin");
        using var pin = Secret.FromUtf8("parameter-pin"u8);
        using var soPin = Secret.FromUtf8("parameter-so-pin"u8);
        HsmSettings both = device.Read(new() { HsmPin = pin, HsmSoPin = soPin }).Hsm!;
        Assert.True(both.Pin.SameAs(pin) && both.SoPin.SameAs(soPin));

        HsmSettings credentials = device.Read(new()).Hsm!;
        Assert.Equal("credential-pin"u8, credentials.Pin.Utf8);
        Assert.Equal("credential-so-pin"u8, credentials.SoPin.Utf8);
    }

    [Fact]
    public void AParameterAndAUriThatDifferAreRefused()
    {
        device.WriteHsm();
        AutoRegisterException error = device.Fail(ErrorId.HsmSettingUnusable, new() { TokenLabel = "one", Pkcs11Uri = "pkcs11:token=two" });
        Assert.Contains("-TokenLabel is 'one', and the PKCS#11 URI of parameter -Pkcs11Uri says 'two'", error.Message, StringComparison.Ordinal);
        Assert.Equal("one", device.Read(new() { TokenLabel = "one", Pkcs11Uri = "pkcs11:token=one" }).Hsm!.TokenLabel);
        Assert.Equal("two", device.Read(new() { Pkcs11Uri = "pkcs11:token=two" }).Hsm!.TokenLabel);
    }

    [Theory]
    [InlineData("pkcs11:token=aktualizr", null, null)]
    [InlineData("pkcs11:object=maker", "maker", null)]
    [InlineData("pkcs11:id=%05", null, "05")]
    [InlineData("pkcs11:object=maker;id=%05", "maker", "05")]
    public void AUriMayNameAKey(string uri, string? label, string? id)
    {
        device.WriteHsm();
        HsmSettings hsm = device.Read(new() { Pkcs11Uri = uri }).Hsm!;
        Assert.Equal((label, id), (hsm.NamedKey?.Label, hsm.NamedKey?.Id));
        Assert.Equal(label is null && id is null, hsm.NamedKey is null);
    }

    [Fact]
    public void AnotherTokenThanLmpsIsAWarning()
    {
        device.WriteHsm();
        device.Read();
        Assert.Empty(device.Observer.Warnings);
        device.Read(new() { TokenLabel = "other" });
        Assert.Contains("The OTA client of LmP looks for 'aktualizr'", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    public void Dispose() => device.Dispose();
}

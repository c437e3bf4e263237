using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>Which token is the device's, as far as <c>/etc/sota/hsm</c> says: HSM_TOKEN_SERIAL and HSM_URI, which are ours.</summary>
public sealed class HsmTokenTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Fact]
    public void The_hsm_file_names_a_token_by_its_serial_number()
    {
        SotaConfig config = Write("HSM_TOKEN_SERIAL='0000000000000002'").Read();
        Assert.Equal("0000000000000002", config.Hsm?.TokenSerial);
        SettingAssert.Is(config, "Hsm.TokenSerial", "0000000000000002", "/etc/sota/hsm:4");
    }

    [Fact]
    public void The_hsm_file_names_token_key_module_and_PIN_by_a_URI()
    {
        const string Uri = "pkcs11:token=mine;serial=7;manufacturer=M;model=X;object=maker;id=%02";
        device.Write("/etc/sota/pin", "5555\n").Write("/etc/sota/hsm", $"HSM_SOPIN=12345678\nHSM_URI='{Uri}?module-path={device.Module}&pin-source=file:/etc/sota/pin'\n");
        SotaConfig config = device.Read();
        Assert.Equal(("mine", "7", "M", "X"), (config.Hsm?.TokenLabel, config.Hsm?.TokenSerial, config.Hsm?.TokenManufacturer, config.Hsm?.TokenModel));
        Assert.Equal((device.Module, "5555", new KeyReference("maker", "02")), (config.Hsm?.ModulePath, SettingAssert.Text(config.Hsm?.Pin), config.Hsm?.NamedKey));
        string hsm = device.Below("/etc/sota/hsm");
        SettingAssert.Is(config, "Hsm.Pin", "(secret)", $"/etc/sota/pin:1 (pin-source of HSM_URI in {hsm}:2)");
        Assert.Equal($"the file {device.Below("/etc/sota/pin")}, which is the pin-source of HSM_URI in {hsm}:2", config.Hsm?.PinSource?.Place);
        foreach (string name in new[] { "Hsm.ModulePath", "Hsm.TokenLabel", "Hsm.TokenSerial", "Hsm.Uri" })
        {
            Assert.Equal($"{hsm}:2", Assert.Single(config.Settings, s => s.Name == name).Source.ToString());
        }
    }

    [Fact]
    public void Parameters_beat_the_hsm_file()
    {
        SotaConfig config = Write("HSM_URI='pkcs11:token=mine;serial=7'").Read(new() { TokenSerial = "8" });
        SettingAssert.Is(config, "Hsm.TokenSerial", "8", "parameter -TokenSerial");
        SettingAssert.Is(config, "Hsm.TokenLabel", "mine", "/etc/sota/hsm:4");
    }

    [Theory]
    [InlineData("HSM_TOKEN_SERIAL=8\nHSM_URI='pkcs11:serial=7'", ErrorId.HsmSettingUnusable, "/etc/sota/hsm:4")]
    [InlineData("HSM_URI='pkcs11:?module-path=/usr/lib/other.so'", ErrorId.HsmSettingUnusable, "/etc/sota/hsm:1")]
    [InlineData("HSM_URI='pkcs11:?pin-source=file:/etc/sota/pin'", ErrorId.HsmPinConflict, "/etc/sota/hsm:2")]
    [InlineData("HSM_URI='pkcs11:?pin-source=file:/etc/sota/none'", ErrorId.FileUnreadable, "/etc/sota/none")]
    [InlineData("HSM_URI='token=aktualizr'", ErrorId.HsmSettingUnusable, "/etc/sota/hsm:4")]
    [InlineData("HSM_URI='pkcs11:token=%zz'", ErrorId.HsmSettingUnusable, "/etc/sota/hsm:4")]
    [InlineData("HSM_URI='pkcs11:token=a;slot-id=1'", ErrorId.HsmSettingUnusable, "/etc/sota/hsm:4")]
    [InlineData("HSM_URI='pkcs11:?pin-value=5550199'", ErrorId.HsmSettingUnusable, "/etc/sota/hsm:4")]
    public void What_contradicts_itself_or_cannot_be_used_is_refused_with_its_line(string lines, ErrorId id, string place)
    {
        device.Write("/etc/sota/pin", "11111111\n");
        AutoRegisterException error = Write(lines).Fail(id);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("1111", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("5550199", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hsm_file_says_how_long_a_call_may_take()
    {
        SotaConfig config = Write("HSM_TIMEOUT=30").Read();
        Assert.Equal(TimeSpan.FromSeconds(30), config.Hsm?.CallTimeout);
        Assert.Equal(device.Below("/etc/sota/hsm:4"), Assert.Single(config.Settings, s => s.Name == "Hsm.CallTimeout").Source.ToString());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("2m")]
    [InlineData("86401")]
    [InlineData("99999999999")]
    public void A_time_that_is_none_is_refused_with_its_line(string text) =>
        Assert.StartsWith(device.Below("/etc/sota/hsm:4: HSM_TIMEOUT"), Write($"HSM_TIMEOUT={text}").Fail(ErrorId.HsmSettingUnusable).Message, StringComparison.Ordinal);

    [Fact]
    public void A_bare_number_is_seconds_however_long() => Assert.Equal(TimeSpan.FromHours(24), Write("HSM_TIMEOUT=86400").Read().Hsm?.CallTimeout);

    [Fact]
    public void The_same_said_twice_is_no_contradiction()
    {
        device.Write("/etc/sota/pin", "87654321\n");
        HsmSettings? hsm = Write($"HSM_TOKEN_SERIAL=7\nHSM_URI='pkcs11:serial=7?module-path={device.Module}&pin-source=file:/etc/sota/pin'").Read().Hsm;
        Assert.Equal(("7", "87654321"), (hsm?.TokenSerial, SettingAssert.Text(hsm?.Pin)));
    }

    [Fact]
    public void Credentials_for_the_PINs_leave_the_file_to_name_the_token()
    {
        device.Write("/etc/sota/hsm", "HSM_TOKEN_SERIAL=7\n").Credential("hsm-pin", "1234").Credential("hsm-so-pin", "5678");
        Assert.Equal("7", device.Read(new() { HsmModule = device.Module }).Hsm?.TokenSerial);
    }

    [Fact]
    public void A_file_that_only_names_a_token_never_means_a_software_key() =>
        Assert.Contains("HSM_MODULE", device.Write("/etc/sota/hsm", "HSM_TOKEN_SERIAL=7\n").Fail(ErrorId.HsmSettingMissing).Message, StringComparison.Ordinal);

    private DeviceRoot Write(string lines)
    {
        device.WriteHsm();
        File.AppendAllText(device.Below("/etc/sota/hsm"), lines + "\n");
        return device;
    }
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>CONTRACT 1 and 3: <c>/etc/sota/hsm</c>.</summary>
public sealed class HsmTests : IDisposable
{
    private readonly DeviceRoot device = new();

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData("HSM_PIN")]
    [InlineData("HSM_PI")]
    public void Both_names_of_the_PIN(string name)
    {
        SotaConfig config = device.WriteHsm(pinName: name).Read();
        Assert.Equal(("87654321", "12345678"), (SettingAssert.Text(config.Hsm?.Pin), SettingAssert.Text(config.Hsm?.SoPin)));
        SettingAssert.Is(config, "Hsm.ModulePath", device.Module, "/etc/sota/hsm:1");
        SettingAssert.Is(config, "Hsm.Pin", "(secret)", "/etc/sota/hsm:2");
        SettingAssert.Is(config, "Hsm.SoPin", "(secret)", "/etc/sota/hsm:3");
        SettingAssert.Is(config, "Hsm.TokenLabel", "aktualizr", "default");
    }

    [Theory]
    [InlineData("HSM_PI=87654321", null)]
    [InlineData("HSM_PI=''", null)]
    [InlineData("HSM_PI=11111111", ErrorId.HsmPinConflict)]
    public void Both_names_at_once(string line, ErrorId? id)
    {
        device.WriteHsm();
        File.AppendAllText(device.Below("/etc/sota/hsm"), line + "\n");
        if (id is ErrorId expected)
        {
            Assert.DoesNotContain("1111", device.Fail(expected).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("87654321", SettingAssert.Text(device.Read().Hsm?.Pin));
        }
    }

    [Theory]
    [InlineData("", "HSM_MODULE and HSM_PIN and HSM_SOPIN")]
    [InlineData("# nothing\n\n", "HSM_MODULE and HSM_PIN and HSM_SOPIN")]
    [InlineData("HSM_MODULE=/m\nHSM_SOPIN=1\n", "HSM_PIN")]
    [InlineData("HSM_MODULE=/m\nHSM_PIN=1\nHSM_SOPIN=''\n", "HSM_SOPIN")]
    [InlineData("hsm_module=/m\nHSM_PIN=1\nHSM_SOPIN=1\n", "HSM_MODULE")]
    public void A_file_that_lacks_a_value_never_means_a_software_key(string text, string named) =>
        Assert.StartsWith($"{device.Below("/etc/sota/hsm")} lacks {named}", device.Write("/etc/sota/hsm", text).Fail(ErrorId.HsmSettingMissing).Message, StringComparison.Ordinal);

    [Fact]
    public void A_link_into_nowhere_never_means_a_software_key() => device.Link("/etc/sota/hsm", "hsm.gone").Fail(ErrorId.FileUnreadable);

    [Theory]
    [InlineData("'pi\"n'")]
    [InlineData("'pi\\n'")]
    [InlineData("'pi;n'")]
    [InlineData("'pi&n'")]
    [InlineData("'pi%n'")]
    [InlineData("'pi?n'")]
    [InlineData("'pin '")]
    [InlineData("' pin'")]
    [InlineData("'pi\tn'")]
    [InlineData("'pi\u00a0'")]
    [InlineData("'pi\u202en'")]
    [InlineData("'pi\u0085n'")]
    public void A_PIN_the_OTA_client_could_not_use(string quoted)
    {
        AutoRegisterException error = device.WriteHsm(quoted).Fail(ErrorId.HsmSettingUnusable);
        Assert.Contains("/etc/sota/hsm:2", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(quoted.Trim('\''), error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'p#i=n'", "p#i=n")]
    [InlineData("\"it's\"", "it's")]
    [InlineData("пин-1234", "пин-1234")]
    [InlineData("'a b'", "a b")]
    public void A_PIN_both_readers_can_use(string quoted, string pin) => Assert.Equal(pin, SettingAssert.Text(device.WriteHsm(quoted).Read().Hsm?.Pin));

    [Fact]
    public void The_SO_PIN_is_never_written_anywhere_so_it_may_be_anything() =>
        Assert.Equal("a\"b;c ", SettingAssert.Text(device.Write("/etc/sota/hsm", $"HSM_MODULE={device.Module}\nHSM_PIN=1\nHSM_SOPIN='a\"b;c '").Read().Hsm?.SoPin));

    [Theory]
    [InlineData("libp11.so", ErrorId.HsmSettingUnusable)]
    [InlineData("'/usr/lib/a\"b.so'", ErrorId.HsmSettingUnusable)]
    [InlineData("'/usr/lib/a\\b.so'", ErrorId.HsmSettingUnusable)]
    [InlineData("/usr/lib/no-such-module.so", ErrorId.HsmModuleNotFound)]
    [InlineData("/usr/lib", ErrorId.HsmModuleNotFound)]
    public void A_module_that_cannot_be_used(string module, ErrorId id) =>
        device.Write("/etc/sota/hsm", $"HSM_MODULE={module}\nHSM_PIN=1234\nHSM_SOPIN=5678\n").Fail(id);

    [Fact]
    public void Credentials_beat_the_file_and_parameters_beat_both()
    {
        device.WriteHsm().Credential("hsm-pin", "cred-pin\r\n").Credential("hsm-so-pin", "cred-so");
        SotaConfig config = device.Read(new() { HsmSoPin = Secret.FromUtf8("param-so"u8), TokenLabel = "mine" });
        Assert.Equal(("cred-pin", "param-so"), (SettingAssert.Text(config.Hsm?.Pin), SettingAssert.Text(config.Hsm?.SoPin)));
        SettingAssert.Is(config, "Hsm.Pin", "(secret)", "credential hsm-pin");
        SettingAssert.Is(config, "Hsm.SoPin", "(secret)", "parameter -HsmSoPin");
        SettingAssert.Is(config, "Hsm.TokenLabel", "mine", "parameter -TokenLabel");
    }

    [Theory]
    [InlineData("", ErrorId.HsmSettingMissing)]
    [InlineData("1234\n5678\n", ErrorId.HsmSettingUnusable)]
    [InlineData("1234 \n", ErrorId.HsmSettingUnusable)]
    public void A_credential_that_holds_no_PIN(string text, ErrorId id) => device.WriteHsm().Credential("hsm-pin", text).Fail(id);

    [Fact]
    public void A_PIN_without_a_module_never_means_a_software_key() =>
        Assert.Contains("HSM_MODULE", device.Credential("hsm-pin", "1234").Fail(ErrorId.HsmSettingMissing).Message, StringComparison.Ordinal);

    [Fact]
    public void All_parameters_need_no_file()
    {
        device.Write("/etc/sota/hsm", "not read");
        HsmSettings? hsm = device.Read(new() { HsmModule = device.Module, HsmPin = Secret.FromUtf8("1"u8), HsmSoPin = Secret.FromUtf8("2"u8) }).Hsm;
        Assert.Equal((device.Module, "1", "2"), (hsm?.ModulePath, SettingAssert.Text(hsm?.Pin), SettingAssert.Text(hsm?.SoPin)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a label of more than thirty-two by")]
    [InlineData("a\nb")]
    public void A_token_label_that_cannot_be_used(string label) => device.WriteHsm().Fail(ErrorId.HsmSettingUnusable, new() { TokenLabel = label });

    [Fact]
    public void The_module_is_named_by_the_file_that_can_be_opened()
    {
        AutoRegisterException error = device.Write("/etc/sota/hsm", "HSM_MODULE=/usr/lib/no-such-module.so\nHSM_PIN=1234\nHSM_SOPIN=5678\n").Fail(ErrorId.HsmModuleNotFound);
        Assert.Equal($"Install the module, or correct HSM_MODULE in {device.Below("/etc/sota/hsm")}:1.", error.RecommendedAction);
        error = device.Write("/etc/sota/hsm", "HSM_URI='pkcs11:?module-path=/usr/lib/no-such-module.so'\nHSM_PIN=1234\nHSM_SOPIN=5678\n").Fail(ErrorId.HsmModuleNotFound);
        Assert.Equal($"Install the module, or correct module-path of HSM_URI in {device.Below("/etc/sota/hsm")}:1.", error.RecommendedAction);
        error = device.WriteHsm().Fail(ErrorId.HsmModuleNotFound, new() { HsmModule = "/usr/lib/no-such-module.so" });
        Assert.Equal("Install the module, or correct -HsmModule.", error.RecommendedAction);
    }

    [Fact]
    public void A_pin_that_cannot_be_used_is_corrected_where_it_came_from()
    {
        Assert.Equal("Choose another user PIN, and put it into the systemd credential hsm-pin.", device.WriteHsm().Credential("hsm-pin", "1;2").Fail(ErrorId.HsmSettingUnusable).RecommendedAction);
        Assert.Equal("Choose another user PIN, and give it as -HsmPin.", device.Fail(ErrorId.HsmSettingUnusable, new() { HsmPin = Secret.FromUtf8("1;2"u8) }).RecommendedAction);
    }

    [Theory]
    [InlineData("HSM_MODUL=/m\nHSM_PIN=1\nHSM_SOPIN=1\n", "HSM_MODULE; {0}:1 has HSM_MODUL, which is not known.", "Write HSM_MODULE in place of HSM_MODUL.")]
    [InlineData("hsm_module=/m\nHSM_PIN=1\nHSM_SOPIN=1\n", "HSM_MODULE; {0}:1 has hsm_module, which is not known.", "Write HSM_MODULE in place of hsm_module.")]
    [InlineData("HSM_MODULE_PATH=/m\nHSM_PIN=1\nHSM_SOPIN=1\n", "HSM_MODULE; {0}:1 has HSM_MODULE_PATH, which is not known.", "Write HSM_MODULE in place of HSM_MODULE_PATH.")]
    [InlineData("HSM_MODULE=/m\nHSM_PNI=5550199\nHSM_SO_PIN=5550199\n", "HSM_PIN and HSM_SOPIN; {0}:2 has HSM_PNI, which is not known; {0}:3 has HSM_SO_PIN, which is not known.", "Write HSM_PIN in place of HSM_PNI. Write HSM_SOPIN in place of HSM_SO_PIN.")]
    [InlineData("HSM_MODULE=/m\nHSM_SPIN=1\n", "HSM_PIN and HSM_SOPIN; {0}:2 has HSM_SPIN, which is not known.", "Write HSM_PIN or HSM_SOPIN in place of HSM_SPIN.")]
    [InlineData("HSM_MODULE=/m\nHSM_PIN=\nHSM_SOPIN=1\n", "HSM_PIN; {0}:2 has HSM_PIN without a value.", "Give HSM_PIN a value in {0}:2.")]
    [InlineData("HSM_MODULE=/m\nHSM_PI=''\nHSM_SOPIN=1\n", "HSM_PIN; {0}:2 has HSM_PI without a value.", "Give HSM_PI a value in {0}:2.")]
    [InlineData("HSM_MODULE=/m\nCOLOUR=red\nHSM_SOPIN=1\n", "HSM_PIN; {0}:2 has COLOUR, which is not known.", "The names are HSM_MODULE, HSM_PIN, HSM_SOPIN, HSM_TOKEN_SERIAL, HSM_URI, HSM_TIMEOUT and HSM_REPLACE_KEYS.")]
    [InlineData("HSM_MODULE=/m\nHSM_PIN=1\n", "HSM_SOPIN.", "Write HSM_SOPIN into {0}, or give -HsmSoPin or the systemd credential hsm-so-pin; without {0} the key is in a file.")]
    public void What_stands_in_place_of_a_missing_name_is_named_with_its_line(string text, string lacks, string remedy)
    {
        string path = device.Below("/etc/sota/hsm");
        AutoRegisterException error = device.Write("/etc/sota/hsm", text).Fail(ErrorId.HsmSettingMissing);
        Assert.Equal($"{path} lacks {lacks.Replace("{0}", path, StringComparison.Ordinal)}", error.Message);
        Assert.Equal(remedy.Replace("{0}", path, StringComparison.Ordinal), error.RecommendedAction);
        Assert.DoesNotContain("5550199", error.ToString() + string.Concat(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HSM_TIMEOT=3", "Write HSM_TIMEOUT in place of HSM_TIMEOT.")]
    [InlineData("HSM_TOKENSERIAL=3", "Write HSM_TOKEN_SERIAL in place of HSM_TOKENSERIAL.")]
    [InlineData("HSM_SLOT=3", "The names are HSM_MODULE, HSM_PIN, HSM_SOPIN, HSM_TOKEN_SERIAL, HSM_URI, HSM_TIMEOUT and HSM_REPLACE_KEYS.")]
    [InlineData("export LANG=C", "The names are HSM_MODULE, HSM_PIN, HSM_SOPIN, HSM_TOKEN_SERIAL, HSM_URI, HSM_TIMEOUT and HSM_REPLACE_KEYS.")]
    public void Other_names_have_no_effect_and_a_warning(string line, string remedy)
    {
        device.WriteHsm();
        File.AppendAllText(device.Below("/etc/sota/hsm"), line + "\n");
        device.Read();
        string name = line.Replace("export ", string.Empty, StringComparison.Ordinal).Split('=')[0];
        Assert.Equal($"{device.Below("/etc/sota/hsm")}:4: {name} is not read and has no effect. {remedy}", Assert.Single(device.Observer.Warnings));
    }

    [Fact]
    public void A_parameter_alone_says_what_else_is_needed()
    {
        AutoRegisterException error = device.Fail(ErrorId.HsmSettingMissing, new() { HsmModule = device.Module });
        Assert.Equal("The key is to be in a token (-HsmModule), but nothing says HSM_PIN or HSM_SOPIN.", error.Message);
        Assert.Contains($"into {device.Below("/etc/sota/hsm")}, or give -HsmPin or the systemd credential hsm-pin", error.RecommendedAction, StringComparison.Ordinal);
    }
}

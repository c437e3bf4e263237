using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Modules;
using Net.Pkcs11Interop.Common;
using Xunit;
using DeviceUri = AutoRegister.Core.Pkcs11.Pkcs11Uri;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>What a token answers to a login, and what a person is told. SoftHSM2 never locks or expires a PIN, so the answers are given here.</summary>
public sealed class PinErrorTests
{
    private static readonly TokenInfo Token = new()
    {
        ModulePath = "/usr/lib/module.so", SlotId = 0, SlotDescription = string.Empty, Label = "aktualizr", Serial = "17", Manufacturer = string.Empty, Model = string.Empty,
        IsInitialized = true, IsWriteProtected = false, IsLoginRequired = true, HasProtectedAuthenticationPath = false,
        UserPin = PinState.Ready, SoPin = PinState.Ready, MinPinLength = 4, MaxPinLength = 8, FreePrivateMemory = null, SessionCount = null,
    };

    private static readonly Secret Value = SoftHsm.Secret("87654321");

    // Where a PIN can come from, how a message names that, and how a remedy does.
    public static TheoryData<string, string, string> Sources => new()
    {
        { "file", "/mnt/etc/sota/hsm:2", "HSM_PIN in /mnt/etc/sota/hsm:2" },
        { "documented", "/etc/sota/hsm:3", "HSM_PI in /etc/sota/hsm:3" },
        { "credential", "credential hsm-pin", "the systemd credential hsm-pin" },
        { "parameter", "parameter -HsmPin", "-HsmPin" },
        { "uri", "/etc/sota/pin:1 (pin-source of HSM_URI in /etc/sota/hsm:4)", "the file /etc/sota/pin, which is the pin-source of HSM_URI in /etc/sota/hsm:4" },
        { "given uri", "/root/pin:1 (pin-source of -Pkcs11Uri)", "the file /root/pin, which is the pin-source of -Pkcs11Uri" },
        { "installed", "/var/sota/sota.toml", "[p11] pass in /var/sota/sota.toml" },
        { "environment", "environment HSM_PIN", "HSM_PIN in the environment" },
    };

    [Theory]
    [InlineData(CKR.CKR_PIN_INCORRECT, false, ErrorId.HsmPinRejected, "HSM_PIN")]
    [InlineData(CKR.CKR_PIN_INVALID, false, ErrorId.HsmPinRejected, "HSM_PIN")]
    [InlineData(CKR.CKR_PIN_LOCKED, false, ErrorId.HsmPinLocked, "security officer")]
    [InlineData(CKR.CKR_USER_PIN_NOT_INITIALIZED, false, ErrorId.HsmPinNotInitialized, "SO PIN")]
    [InlineData(CKR.CKR_USER_PIN_NOT_INITIALIZED, true, ErrorId.HsmPinNotInitialized, "SO PIN")]
    [InlineData(CKR.CKR_PIN_EXPIRED, false, ErrorId.HsmPinExpired, "Set a new user PIN")]
    [InlineData(CKR.CKR_PIN_EXPIRED, true, ErrorId.HsmPinExpired, "Set a new SO PIN")]
    [InlineData(CKR.CKR_PIN_LEN_RANGE, false, ErrorId.HsmPinLength, "HSM_PIN")]
    [InlineData(CKR.CKR_PIN_INCORRECT, true, ErrorId.HsmSoPinRejected, "HSM_SOPIN")]
    [InlineData(CKR.CKR_PIN_LOCKED, true, ErrorId.HsmSoPinLocked, "manufacturer")]
    [InlineData(CKR.CKR_FUNCTION_CANCELED, false, ErrorId.HsmFailure, "PIN pad")]
    [InlineData(CKR.CKR_DEVICE_ERROR, false, ErrorId.HsmFailure, "medium")]
    [InlineData(CKR.CKR_DATA_INVALID, false, ErrorId.HsmFailure, "module's documentation")]
    public void Every_refusal_of_a_login_is_told_apart_with_its_remedy(CKR rv, bool officer, ErrorId id, string remedy)
    {
        AutoRegisterException e = Login(Token, rv, new TokenPin(Value, officer ? CKU.CKU_SO : CKU.CKU_USER, null));

        Assert.Equal(id, e.Id);
        Assert.Contains("\"aktualizr\" (serial 17)", e.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, e.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Message_and_remedy_name_where_the_pin_came_from(string kind, string named, string place)
    {
        foreach (bool officer in (bool[])[false, true])
        {
            var pin = new TokenPin(Value, officer ? CKU.CKU_SO : CKU.CKU_USER, SourceOf(kind));
            CKR[] answers = [CKR.CKR_PIN_INCORRECT, CKR.CKR_PIN_LOCKED, CKR.CKR_PIN_EXPIRED, CKR.CKR_PIN_LEN_RANGE];
            AutoRegisterException[] errors = [.. answers.Select(rv => Login(Token, rv, pin)), PinErrors.FinalTry(Token, pin), PinErrors.Locked(Token with { ModulePath = "/usr/lib/libtpm2_pkcs11.so" }, pin)];
            Assert.All(errors, e =>
            {
                Assert.Contains(named, e.Message, StringComparison.Ordinal);
                Assert.Contains(place, e.RecommendedAction, StringComparison.Ordinal);
                string other = place == "the systemd credential hsm-pin" || place == "-HsmPin" ? "HSM_" : "credential";
                Assert.DoesNotContain(other, e.RecommendedAction, StringComparison.Ordinal);
            });
            Assert.Contains(officer ? "SO PIN" : place, PinErrors.NotInitialized(Token, pin).RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/usr/lib/x86_64-linux-gnu/pkcs11/libtpm2_pkcs11.so", false, "TPM2_PT_LOCKOUT_INTERVAL", "HSM_PIN")]
    [InlineData("/usr/lib/libtpm2_pkcs11.so.0", true, "TPM2_PT_LOCKOUT_INTERVAL", "HSM_SOPIN")]
    [InlineData("/usr/lib/libckteec.so.0", false, "--init-pin", "SO PIN")]
    [InlineData("/usr/lib/libckteec.so.0", true, "manufacturer", "lost")]
    public void The_remedy_for_a_locked_PIN_names_what_unlocks_this_kind_of_token(string module, bool officer, string way, string named)
    {
        string remedy = PinErrors.Locked(Token with { ModulePath = module }, new TokenPin(Value, officer ? CKU.CKU_SO : CKU.CKU_USER, null)).RecommendedAction;
        Assert.Contains(way, remedy, StringComparison.Ordinal);
        Assert.Contains(named, remedy, StringComparison.Ordinal);
        Assert.Equal(module.Contains("tpm2", StringComparison.Ordinal), remedy.Contains("TPM", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PinState.Locked, "It is locked now.")]
    [InlineData(PinState.FinalTry, "One more wrong PIN locks it.")]
    public void What_a_wrong_pin_cost_is_said(PinState after, string says) =>
        Assert.Contains(says, Login(Token with { UserPin = after }, CKR.CKR_PIN_INCORRECT, new TokenPin(Value, CKU.CKU_USER, null)).Message, StringComparison.Ordinal);

    private static AutoRegisterException Login(TokenInfo token, CKR rv, TokenPin pin) => Pkcs11Errors.Login(token, pin, new Pkcs11Exception("C_Login", rv));

    private static SettingSource SourceOf(string kind)
    {
        var file = new SettingSource(SettingSourceKind.File, "/etc/sota/hsm", 4) { Setting = "HSM_URI" };
        return kind switch
        {
            "file" => new SettingSource(SettingSourceKind.File, "/mnt/etc/sota/hsm", 2) { Setting = "HSM_PIN" },
            "documented" => file with { Line = 3, Setting = "HSM_PI" },
            "credential" => new SettingSource(SettingSourceKind.Credential, "hsm-pin"),
            "parameter" => new SettingSource(SettingSourceKind.Parameter, "HsmPin"),
            "uri" => new SettingSource(SettingSourceKind.File, "/etc/sota/pin", 1) { NamedBy = DeviceUri.PartOf(file, "pin-source") },
            "given uri" => new SettingSource(SettingSourceKind.File, "/root/pin", 1) { NamedBy = DeviceUri.PartOf(new SettingSource(SettingSourceKind.Parameter, "Pkcs11Uri"), "pin-source") },
            "installed" => new SettingSource(SettingSourceKind.File, "/var/sota/sota.toml") { Setting = "[p11] pass" },
            _ => new SettingSource(SettingSourceKind.Environment, "HSM_PIN"),
        };
    }
}

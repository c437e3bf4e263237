using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys.Pkcs11;
using Net.Pkcs11Interop.Common;
using Xunit;

namespace AutoRegister.Core.Tests.Keys.Pkcs11;

/// <summary>What a token answers to a login, and what a person is told. SoftHSM2 never locks or expires a PIN, so the answers are given here.</summary>
public sealed class PinErrorTests
{
    private static readonly TokenDescription Token = new()
    {
        ModulePath = "/usr/lib/module.so", SlotId = 0, SlotDescription = string.Empty, Label = "aktualizr", Serial = "17", Manufacturer = string.Empty, Model = string.Empty,
        IsInitialized = true, IsWriteProtected = false, IsLoginRequired = true, HasProtectedAuthenticationPath = false,
        UserPin = PinState.Ready, SoPin = PinState.Ready, MinPinLength = 4, MaxPinLength = 8, FreePrivateMemory = null, SessionCount = null,
    };

    [Theory]
    [InlineData(CKR.CKR_PIN_INCORRECT, false, ErrorId.HsmPinRejected, "HSM_PIN")]
    [InlineData(CKR.CKR_PIN_INVALID, false, ErrorId.HsmPinRejected, "HSM_PIN")]
    [InlineData(CKR.CKR_PIN_LOCKED, false, ErrorId.HsmPinLocked, "security officer")]
    [InlineData(CKR.CKR_USER_PIN_NOT_INITIALIZED, false, ErrorId.HsmPinNotInitialized, "SO PIN")]
    [InlineData(CKR.CKR_PIN_EXPIRED, false, ErrorId.HsmPinExpired, "Set a new user PIN")]
    [InlineData(CKR.CKR_PIN_LEN_RANGE, false, ErrorId.HsmPinLength, "HSM_PIN")]
    [InlineData(CKR.CKR_PIN_INCORRECT, true, ErrorId.HsmSoPinRejected, "HSM_SOPIN")]
    [InlineData(CKR.CKR_PIN_LOCKED, true, ErrorId.HsmSoPinLocked, "manufacturer")]
    [InlineData(CKR.CKR_FUNCTION_CANCELED, false, ErrorId.HsmFailure, "PIN pad")]
    [InlineData(CKR.CKR_DEVICE_ERROR, false, ErrorId.HsmFailure, "medium")]
    [InlineData(CKR.CKR_DATA_INVALID, false, ErrorId.HsmFailure, "module's documentation")]
    public void Every_refusal_of_a_login_is_told_apart_with_its_remedy(CKR rv, bool officer, ErrorId id, string remedy)
    {
        AutoRegisterException e = Pkcs11Errors.Login(Token, officer, new Pkcs11Exception("C_Login", rv));

        Assert.Equal(id, e.Id);
        Assert.Contains("\"aktualizr\" (serial 17)", e.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, e.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/usr/lib/x86_64-linux-gnu/pkcs11/libtpm2_pkcs11.so", false, "TPM2_PT_LOCKOUT_INTERVAL", "HSM_PIN")]
    [InlineData("/usr/lib/libtpm2_pkcs11.so.0", true, "TPM2_PT_LOCKOUT_INTERVAL", "HSM_SOPIN")]
    [InlineData("/usr/lib/libckteec.so.0", false, "--init-pin", "SO PIN")]
    [InlineData("/usr/lib/libckteec.so.0", true, "manufacturer", "lost")]
    public void The_remedy_for_a_locked_PIN_names_what_unlocks_this_kind_of_token(string module, bool officer, string way, string named)
    {
        string remedy = PinErrors.Locked(Token with { ModulePath = module }, officer).RecommendedAction;
        Assert.Contains(way, remedy, StringComparison.Ordinal);
        Assert.Contains(named, remedy, StringComparison.Ordinal);
        Assert.Equal(module.Contains("tpm2", StringComparison.Ordinal), remedy.Contains("TPM", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PinState.Locked, "It is locked now.")]
    [InlineData(PinState.FinalTry, "One more wrong PIN locks it.")]
    public void What_a_wrong_pin_cost_is_said(PinState after, string says) =>
        Assert.Contains(says, Pkcs11Errors.Login(Token with { UserPin = after }, officer: false, new Pkcs11Exception("C_Login", CKR.CKR_PIN_INCORRECT)).Message, StringComparison.Ordinal);
}

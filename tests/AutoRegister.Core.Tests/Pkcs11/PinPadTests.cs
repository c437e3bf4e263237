using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

[Collection(SoftHsmTests.Name)]
public sealed class PinPadTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly FakePinPad pad = new();

    // No token takes PINs of one byte: where one is looked at, or handed on, the test fails.
    private readonly Secret unused = SoftHsm.Secret("1");

    public void Dispose()
    {
        unused.Dispose();
        hsm.Dispose();
    }

    [Fact]
    public void A_token_with_a_pin_pad_is_initialised_and_used_without_any_of_our_pins()
    {
        HsmSettings settings = hsm.Settings with { Pin = unused, SoPin = unused };
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        TokenSlot initialized = TokenInitializer.InitializeToken(module.Loaded, WithPad(TokenSlot.List(module.Loaded, [])[0]), settings, hsm.Observer);
        TokenSlot ready = TokenInitializer.InitializeUserPin(WithPad(initialized), settings, hsm.Observer);
        using ISession session = ready.Slot.OpenSession(Net.Pkcs11Interop.Common.SessionType.ReadWrite);
        var login = new TokenLogin();

        login.Enter(session, ready, new TokenPin(unused, CKU.CKU_USER, null), hsm.Observer);

        Assert.Equal(["InitToken", "Login", "InitPin", "Login"], pad.Asked);
        Raw.GenerateKey(session, "tls", 1);
        login.Leave(session);
    }

    [Fact]
    public void A_pin_mistyped_at_the_pad_is_asked_for_once_a_run_and_may_be_typed_again()
    {
        hsm.Open().Dispose();
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        TokenSlot slot = WithPad(TokenSlot.List(module.Loaded, []).First(s => s.Token.Label == "aktualizr"));
        using ISession session = slot.Slot.OpenSession(Net.Pkcs11Interop.Common.SessionType.ReadWrite);
        var login = new TokenLogin();
        pad.Typed = "99999999";

        Assert.Equal(ErrorId.HsmPinRejected, Assert.Throws<AutoRegisterException>(() => login.Enter(session, slot, new TokenPin(unused, CKU.CKU_USER, null), hsm.Observer)).Id);
        Assert.Single(pad.Asked);

        pad.Typed = SoftHsm.PinText;
        login.Enter(session, slot, new TokenPin(unused, CKU.CKU_USER, null), hsm.Observer);
        Assert.Equal(2, pad.Asked.Count);
        login.Leave(session);
    }

    private TokenSlot WithPad(TokenSlot slot)
    {
        var withPad = TokenSlot.Read(pad.Before(slot.Slot), SoftHsm.ModulePath);
        Assert.True(withPad.Token.HasProtectedAuthenticationPath);
        return withPad;
    }
}

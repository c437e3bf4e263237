using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using Net.Pkcs11Interop.Common;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

[Collection(SoftHsmTests.Name)]
public sealed class PinTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly Secret wrong = SoftHsm.Secret("99999999");

    public void Dispose()
    {
        wrong.Dispose();
        hsm.Dispose();
    }

    [Fact]
    public void A_wrong_pin_is_tried_once()
    {
        hsm.Open().Dispose();
        var log = new SpyLog();

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => TokenSession.Open(SpyLog.Through(hsm.Settings) with { Pin = wrong }, true, hsm.Observer));

        Assert.Equal(ErrorId.HsmPinRejected, e.Id);
        Assert.Contains("aktualizr", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("99999999", e.ToString(), StringComparison.Ordinal);
        Assert.Single(log.Calls(), "C_Login");
        Assert.Contains("CKR_PIN_INCORRECT", log.Text(), StringComparison.Ordinal);
        Assert.Equal(["C_CloseSession", "C_Finalize"], log.Calls().TakeLast(2));
    }

    [Fact]
    public async Task Sessions_that_wait_do_not_try_a_wrong_pin_again()
    {
        hsm.Open().Dispose();
        var log = new SpyLog();
        using var stays = Pkcs11Module.Open(SoftHsm.SpyPath);

        AutoRegisterException[] errors = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            Assert.Throws<AutoRegisterException>(() => TokenSession.Open(SpyLog.Through(hsm.Settings) with { Pin = wrong }, true, hsm.Observer)))));

        Assert.All(errors, e => Assert.Equal(ErrorId.HsmPinRejected, e.Id));
        Assert.Single(log.Calls(), "C_Login");
        TokenSession.Open(SpyLog.Through(hsm.Settings), false, hsm.Observer).Dispose();
    }

    [Fact]
    public void Another_session_s_login_does_not_let_a_wrong_pin_in()
    {
        using TokenSession first = hsm.Open();

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => TokenSession.Open(hsm.Settings with { Pin = wrong }, false, hsm.Observer));

        Assert.Equal(ErrorId.HsmPinRejected, e.Id);
        Assert.NotEmpty(first.GenerateKey(new KeyRequest()).Sign([1]));
    }

    [Fact]
    public void A_whole_life_makes_one_user_login_and_closes_what_it_opened()
    {
        var log = new SpyLog();
        using (var session = TokenSession.Open(SpyLog.Through(hsm.Settings), true, hsm.Observer))
        {
            TokenKey key = session.GenerateKey(new KeyRequest());
            session.StoreCertificate(TestCertificate.For(key.SubjectPublicKeyInfo.Span, "device"));
        }

        IReadOnlyList<string> calls = log.Calls();
        Assert.Single(calls, "C_Initialize");
        Assert.Single(calls, "C_InitToken");
        Assert.Single(calls, "C_InitPIN");
        Assert.Equal(2, calls.Count(c => c == "C_Login"));
        Assert.Equal(2, calls.Count(c => c == "C_Logout"));
        Assert.Equal(calls.Count(c => c == "C_OpenSession"), calls.Count(c => c == "C_CloseSession") + log.FailedOpens);
        Assert.Equal(["C_Logout", "C_CloseSession", "C_Finalize"], calls.TakeLast(3));
    }

    [Fact]
    public void A_login_somebody_else_made_serves_and_stays()
    {
        hsm.Open().Dispose();
        Raw.WithSession(session =>
        {
            hsm.Open().Dispose();
            Raw.GenerateKey(session, "theirs", 0x55);
        });
    }

    [Theory]
    [InlineData(PinState.Locked, ErrorId.HsmPinLocked)]
    [InlineData(PinState.FinalTry, ErrorId.HsmPinFinalTry)]
    public void Flags_that_forbid_a_try_are_obeyed(PinState state, ErrorId id)
    {
        TokenSlot slot = SlotWith(state);

        // No session is given: touching one would fail in another way.
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => new TokenLogin().Enter(null!, slot, TokenPin.User(hsm.Settings), hsm.Observer));

        Assert.Equal(id, e.Id);
    }

    [Theory]
    [InlineData(PinState.CountLow)]
    [InlineData(PinState.ToBeChanged)]
    public void Flags_that_warn_are_reported(PinState state)
    {
        TokenSlot slot = SlotWith(state);
        using Secret tooShort = SoftHsm.Secret("1");

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => new TokenLogin().Enter(null!, slot, new TokenPin(tooShort, CKU.CKU_USER, new SettingSource(SettingSourceKind.Credential, "hsm-pin")), hsm.Observer));

        Assert.Equal(ErrorId.HsmPinLength, e.Id);
        Assert.Contains("the systemd credential hsm-pin", Assert.Single(hsm.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_with_a_pin_pad_gets_no_pin()
    {
        TokenInfo token = SlotWith(PinState.Ready).Token;

        using var typed = new Pin(hsm.Pin, token with { HasProtectedAuthenticationPath = true });
        using var given = new Pin(hsm.Pin, token);

        Assert.Null(typed.Bytes);
        Assert.Equal(hsm.Pin.Length, given.Bytes!.Length);
    }

    private static TokenSlot SlotWith(PinState state)
    {
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        TokenSlot slot = TokenSlot.List(module.Loaded, [])[0];
        return slot with { Token = slot.Token with { UserPin = state } };
    }
}

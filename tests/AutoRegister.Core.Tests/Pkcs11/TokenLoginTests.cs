using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Modules;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>
/// One login for all sessions of a process, whatever the token answers. The answers are a fake's: SoftHSM2 gives few of them, and
/// the calls have to be counted.
/// </summary>
[Collection(SoftHsmTests.Name)]
public sealed class TokenLoginTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly Secret other = SoftHsm.Secret("99999999");
    private readonly Pkcs11Module module;
    private readonly TokenSlot slot;
    private readonly ISession session;
    private readonly TokenLogin login = new();
    private CKR answer = CKR.CKR_OK;
    private CKR goodbye = CKR.CKR_OK;
    private int logins;
    private int logouts;

    public TokenLoginTests()
    {
        hsm.Open().Dispose();
        module = Pkcs11Module.Open(SoftHsm.ModulePath);
        slot = TokenSlot.List(module.Loaded, []).First(s => s.Token.Label == "aktualizr");
        session = FakeSlot.Before(slot.Slot.OpenSession(SessionType.ReadWrite), (method, _) => method.Name switch
        {
            nameof(ISession.Login) => Answer(ref logins, answer),
            nameof(ISession.Logout) => Answer(ref logouts, goodbye),
            _ => FakeSlot.Real,
        });
    }

    public void Dispose()
    {
        login.Dispose();
        session.Dispose();
        module.Dispose();
        other.Dispose();
        hsm.Dispose();
    }

    [Fact]
    public void The_first_logs_in_and_the_last_logs_out()
    {
        Enter(hsm.Pin);
        Enter(hsm.Pin);
        login.Leave(session);
        Assert.Equal((1, 0), (logins, logouts));
        login.Leave(session);
        Assert.Equal((1, 1), (logins, logouts));
        Enter(hsm.Pin);
        Assert.Equal(2, logins);
        Assert.Empty(hsm.Observer.Warnings);
    }

    [Fact]
    public void Another_pin_is_refused_while_one_is_in_use_and_counts_for_nothing()
    {
        Enter(hsm.Pin);
        Assert.Equal(ErrorId.HsmPinRejected, Fails(other));
        Enter(other, pinPad: true);
        login.Leave(session);
        Assert.Equal((1, 0), (logins, logouts));
        login.Leave(session);
        Assert.Equal((1, 1), (logins, logouts));
        Enter(other);
        Assert.Equal(2, logins);
    }

    [Fact]
    public void Somebody_else_s_login_serves_stays_and_knows_no_pin()
    {
        Enter(hsm.Pin);
        login.Leave(session);
        answer = CKR.CKR_USER_ALREADY_LOGGED_IN;
        Enter(hsm.Pin);
        Enter(other);
        login.Leave(session);
        login.Leave(session);
        Assert.Equal((2, 1), (logins, logouts));
    }

    [Theory]
    [InlineData(CKR.CKR_PIN_INCORRECT, ErrorId.HsmPinRejected, true)]
    [InlineData(CKR.CKR_PIN_INVALID, ErrorId.HsmPinRejected, true)]
    [InlineData(CKR.CKR_PIN_LEN_RANGE, ErrorId.HsmPinLength, true)]
    [InlineData(CKR.CKR_DEVICE_ERROR, ErrorId.HsmFailure, false)]
    public void A_pin_the_token_refused_is_not_tried_again(CKR refusal, ErrorId id, bool remembered)
    {
        answer = refusal;
        Assert.Equal(id, Fails(other));
        Assert.Equal(remembered ? ErrorId.HsmPinRejected : id, Fails(other));
        Assert.Equal(remembered ? 1 : 2, logins);
        answer = CKR.CKR_OK;
        int before = logins;
        Enter(hsm.Pin);
        Assert.Equal(before + 1, logins);
        login.Leave(session);
        Assert.Equal(1, logouts);
    }

    [Fact]
    public void Of_two_pins_that_were_refused_the_last_is_remembered()
    {
        answer = CKR.CKR_PIN_INCORRECT;
        Fails(other);
        Fails(hsm.Pin);
        Fails(hsm.Pin);
        Assert.Equal(2, logins);
        Fails(other);
        Assert.Equal(3, logins);
    }

    [Fact]
    public void A_token_that_cannot_log_out_any_more_is_left()
    {
        Enter(hsm.Pin);
        goodbye = CKR.CKR_DEVICE_REMOVED;
        login.Leave(session);
        Assert.Equal(1, logouts);
    }

    [Fact]
    public void No_pin_is_kept_after_the_end()
    {
        Enter(hsm.Pin);
        login.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Enter(hsm.Pin));

        using var refusing = new TokenLogin();
        answer = CKR.CKR_PIN_INCORRECT;
        Assert.Throws<AutoRegisterException>(() => refusing.Enter(session, slot, new TokenPin(other, CKU.CKU_USER, null), hsm.Observer));
        refusing.Dispose();
        Assert.Throws<ObjectDisposedException>(() => refusing.Enter(session, slot, new TokenPin(other, CKU.CKU_USER, null), hsm.Observer));
    }

    private static object? Answer(ref int count, CKR rv)
    {
        count++;
        return rv == CKR.CKR_OK ? null : throw new Pkcs11Exception("C_", rv);
    }

    private void Enter(Secret pin, bool pinPad = false) =>
        login.Enter(session, slot with { Token = slot.Token with { HasProtectedAuthenticationPath = pinPad } }, new TokenPin(pin, CKU.CKU_USER, null), hsm.Observer);

    private ErrorId Fails(Secret pin) => Assert.Throws<AutoRegisterException>(() => Enter(pin)).Id;
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
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
    private readonly FakeModule fake = new();
    private readonly Secret other = SoftHsm.Secret("99999999");
    private readonly Pkcs11Module module;
    private CKR answer = CKR.CKR_OK;
    private CKR goodbye = CKR.CKR_OK;

    public TokenLoginTests()
    {
        hsm.Open().Dispose();
        fake.OfSession = (_, function, _) => function switch
        {
            nameof(ISession.Login) => Answer(answer),
            nameof(ISession.Logout) => Answer(goodbye),
            _ => Fake.Real,
        };

        // Its user keeps the module, and what it knows of logins, from one session to the next.
        module = Pkcs11Module.Open(fake.In(hsm.Settings), hsm.Observer);
    }

    public void Dispose()
    {
        module.Dispose();
        other.Dispose();
        hsm.Dispose();
    }

    [Fact]
    public void The_first_logs_in_and_the_last_logs_out()
    {
        TokenSession first = Open(hsm.Pin);
        using (Open(hsm.Pin))
        {
            first.Dispose();
            Assert.Equal((1, 0), Calls);
        }

        Assert.Equal((1, 1), Calls);
        Open(hsm.Pin).Dispose();
        Assert.Equal((2, 2), Calls);
        Assert.Empty(hsm.Observer.Warnings);
    }

    [Fact]
    public void Another_pin_is_refused_while_one_is_in_use_and_counts_for_nothing()
    {
        TokenSession first = Open(hsm.Pin);
        Assert.Equal(ErrorId.HsmPinRejected, Fails(other));
        fake.OfTokenFlags = flag => flag == nameof(ITokenFlags.ProtectedAuthenticationPath) ? true : Fake.Real;
        using (Open(other))
        {
            fake.OfTokenFlags = _ => Fake.Real;
            first.Dispose();
            Assert.Equal((1, 0), Calls);
        }

        Assert.Equal((1, 1), Calls);
        Open(other).Dispose();
        Assert.Equal((2, 2), Calls);
    }

    [Fact]
    public void Somebody_else_s_login_serves_stays_and_knows_no_pin()
    {
        Open(hsm.Pin).Dispose();
        answer = CKR.CKR_USER_ALREADY_LOGGED_IN;
        using (Open(hsm.Pin))
        {
            Open(other).Dispose();
        }

        Assert.Equal((2, 1), Calls);
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
        int tries = remembered ? 1 : 2;
        Assert.Equal((tries, 0), Calls);
        answer = CKR.CKR_OK;
        Open(hsm.Pin).Dispose();
        Assert.Equal((tries + 1, 1), Calls);
    }

    [Fact]
    public void Of_two_pins_that_were_refused_the_last_is_remembered()
    {
        answer = CKR.CKR_PIN_INCORRECT;
        Fails(other);
        Fails(hsm.Pin);
        Fails(hsm.Pin);
        Assert.Equal((2, 0), Calls);
        Fails(other);
        Assert.Equal((3, 0), Calls);
    }

    [Fact]
    public void A_token_that_cannot_log_out_any_more_is_left()
    {
        goodbye = CKR.CKR_DEVICE_REMOVED;
        Open(hsm.Pin).Dispose();
        Assert.Equal((1, 1), Calls);
    }

    [Fact]
    public void No_pin_is_kept_after_the_end()
    {
        TokenSlot slot = TokenSlot.List(module.Loaded, []).First(s => s.Token.Label == "aktualizr");
        using ISession session = slot.Slot.OpenSession(SessionType.ReadWrite);
        foreach (CKR said in (CKR[])[CKR.CKR_OK, CKR.CKR_PIN_INCORRECT])
        {
            var login = new TokenLogin();
            void Enter() => login.Enter(session, slot, TokenPin.User(hsm.Settings), hsm.Observer);
            answer = said;
            Assert.Equal(said == CKR.CKR_OK, Record.Exception(Enter) is null);
            login.Dispose();
            Assert.Throws<ObjectDisposedException>(Enter);
        }
    }

    private (int Logins, int Logouts) Calls => (fake.Count(nameof(ISession.Login)), fake.Count(nameof(ISession.Logout)));

    private static object? Answer(CKR rv) => rv == CKR.CKR_OK ? null : throw new Pkcs11Exception("C_", rv);

    private TokenSession Open(Secret pin) => TokenSession.Open(fake.In(hsm.Settings with { Pin = pin }), false, hsm.Observer);

    private ErrorId Fails(Secret pin) => Assert.Throws<AutoRegisterException>(() => Open(pin)).Id;
}

using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Token;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>What happens when a token refuses a step of its initialisation. The refusals are a fake's: SoftHSM2 makes none of them.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class RefusedInitializationTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly Pkcs11Module module = Pkcs11Module.Open(SoftHsm.ModulePath);

    public void Dispose()
    {
        module.Dispose();
        hsm.Dispose();
    }

    [Theory]
    [InlineData(nameof(ISession.InitPin), CKR.CKR_PIN_LEN_RANGE, ErrorId.HsmPinLength)]
    [InlineData(nameof(ISession.InitPin), CKR.CKR_PIN_INVALID, ErrorId.HsmPinLength)]
    [InlineData(nameof(ISession.InitPin), CKR.CKR_DEVICE_MEMORY, ErrorId.HsmTokenUnusable)]
    [InlineData(nameof(ISession.Login), CKR.CKR_PIN_LOCKED, ErrorId.HsmSoPinLocked)]
    [InlineData(nameof(ISession.Logout), CKR.CKR_DEVICE_ERROR, null)]
    [InlineData(nameof(ISlot.OpenSession), CKR.CKR_TOKEN_NOT_PRESENT, ErrorId.HsmTokenUnusable)]
    public void A_user_pin_that_cannot_be_set_leaves_no_session(string function, CKR refusal, ErrorId? expected)
    {
        TokenInitializer.InitializeToken(module.Loaded, Slot(string.Empty), hsm.Settings, hsm.Observer);
        int closed = 0;
        TokenSlot real = Slot("aktualizr");
        ISlot fake = FakeSlot.Before(real.Slot, (method, args) => method.Name == function ? throw new Pkcs11Exception(function, refusal)
            : method.Name != nameof(ISlot.OpenSession) ? FakeSlot.Real
            : FakeSlot.Before(real.Slot.OpenSession((SessionType)args[0]!), (called, _) =>
            {
                closed += called.Name == nameof(IDisposable.Dispose) ? 1 : 0;
                return called.Name == function ? throw new Pkcs11Exception(function, refusal) : FakeSlot.Real;
            }));
        var e = Record.Exception(() => TokenInitializer.InitializeUserPin(real with { Slot = fake }, hsm.Settings, hsm.Observer)) as AutoRegisterException;
        Assert.Equal(expected, e?.Id);
        Assert.Equal(function == nameof(ISlot.OpenSession) ? 0 : 1, closed);
        Assert.Equal(expected is null ? PinState.Ready : PinState.NotInitialized, Slot("aktualizr").Token.UserPin);
    }

    [Theory]
    [InlineData(CKR.CKR_PIN_INCORRECT, ErrorId.HsmSoPinRejected)]
    [InlineData(CKR.CKR_DEVICE_ERROR, ErrorId.HsmFailure)]
    public void A_token_that_refuses_to_be_initialised_says_why(CKR refusal, ErrorId expected)
    {
        TokenSlot real = Slot(string.Empty);
        ISlot fake = FakeSlot.Before(real.Slot, (method, _) => method.Name == nameof(ISlot.InitToken) ? throw new Pkcs11Exception("C_InitToken", refusal) : FakeSlot.Real);
        Assert.Equal(expected, Assert.Throws<AutoRegisterException>(() => TokenInitializer.InitializeToken(module.Loaded, real with { Slot = fake }, hsm.Settings, hsm.Observer)).Id);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void What_a_token_holds_is_looked_at_unless_it_may_go(bool mayErase, int warnings)
    {
        int sessions = 0;
        TokenSlot real = Slot(string.Empty);
        ISlot fake = FakeSlot.Before(real.Slot, (method, _) =>
        {
            sessions += method.Name == nameof(ISlot.OpenSession) ? 1 : 0;
            return FakeSlot.Real;
        });
        Assert.Equal("aktualizr", TokenInitializer.InitializeToken(module.Loaded, real with { Slot = fake }, hsm.Settings, hsm.Observer, mayErase).Token.Label);
        Assert.Equal((1 - warnings, warnings), (sessions, hsm.Observer.Warnings.Count));
    }

    [Fact]
    public void Of_tokens_with_our_label_the_one_that_was_initialised_is_used()
    {
        TokenInitializer.InitializeToken(module.Loaded, Slot(string.Empty), hsm.Settings, hsm.Observer);
        TokenSlot first = Slot("aktualizr");

        // A module that keeps the serial number: the slot says beforehand what it will be afterwards.
        ISlot ignoring = FakeSlot.Before(first.Slot, (method, _) => method.Name == nameof(ISlot.InitToken) ? null : FakeSlot.Real);
        TokenSlot kept = new(ignoring, first.Token with { IsInitialized = false });
        Assert.Equal(first.Token.Serial, TokenInitializer.InitializeToken(module.Loaded, kept, hsm.Settings, hsm.Observer).Token.Serial);

        // SoftHSM2 gives a new one, and two answer to the label.
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => TokenInitializer.InitializeToken(module.Loaded, Slot(string.Empty), hsm.Settings, hsm.Observer));
        Assert.Equal((ErrorId.HsmTokenAmbiguous, SoftHsm.ModulePath), (e.Id, e.Target));
    }

    private TokenSlot Slot(string label) => TokenSlot.List(module.Loaded, []).First(s => s.Token.Label == label);
}

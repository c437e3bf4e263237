using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
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
    private readonly FakeModule fake = new();

    public void Dispose() => hsm.Dispose();

    [Theory]
    [InlineData(nameof(ISession.InitPin), CKR.CKR_PIN_LEN_RANGE, ErrorId.HsmPinLength)]
    [InlineData(nameof(ISession.InitPin), CKR.CKR_PIN_INVALID, ErrorId.HsmPinLength)]
    [InlineData(nameof(ISession.InitPin), CKR.CKR_DEVICE_MEMORY, ErrorId.HsmTokenUnusable)]
    [InlineData(nameof(ISession.Login), CKR.CKR_PIN_LOCKED, ErrorId.HsmSoPinLocked)]
    [InlineData(nameof(ISession.Logout), CKR.CKR_DEVICE_ERROR, null)]
    [InlineData(nameof(ISlot.OpenSession), CKR.CKR_TOKEN_NOT_PRESENT, ErrorId.HsmTokenUnusable)]
    public void A_user_pin_that_cannot_be_set_leaves_no_session(string function, CKR refusal, ErrorId? expected)
    {
        object? Refuse(string called) => called == function && fake.Count(nameof(ISlot.InitToken)) > 0 ? throw new Pkcs11Exception(function, refusal) : Fake.Real;
        fake.OfSlot = (_, called, _) => Refuse(called);
        fake.OfSession = (_, called, _) => Refuse(called);

        Assert.Equal(expected, Open());

        Assert.Equal(fake.Opened, fake.Count(nameof(IDisposable.Dispose)));
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        Assert.Equal(expected is null ? PinState.Ready : PinState.NotInitialized, Ours(module).Token.UserPin);
    }

    [Theory]
    [InlineData(CKR.CKR_PIN_INCORRECT, ErrorId.HsmSoPinRejected)]
    [InlineData(CKR.CKR_DEVICE_ERROR, ErrorId.HsmFailure)]
    public void A_token_that_refuses_to_be_initialised_says_why(CKR refusal, ErrorId expected)
    {
        fake.OfSlot = (_, function, _) => function == nameof(ISlot.InitToken) ? throw new Pkcs11Exception("C_InitToken", refusal) : Fake.Real;
        Assert.Equal(expected, Open());
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void What_a_token_holds_is_looked_at_unless_it_may_go(bool mayErase, int warnings)
    {
        int before = -1;
        fake.OfSlot = (_, function, _) =>
        {
            before = function == nameof(ISlot.InitToken) ? fake.Count(nameof(ISlot.OpenSession)) : before;
            return Fake.Real;
        };
        Assert.Null(Open(mayErase));
        Assert.Equal((1 - warnings, warnings), (before, hsm.Observer.Warnings.Count));
    }

    [Fact]
    public void Of_tokens_with_our_label_the_one_that_was_initialised_is_used()
    {
        hsm.Open().Dispose();
        using var module = Pkcs11Module.Open(fake.In(hsm.Settings), hsm.Observer);
        TokenSlot first = Ours(module);

        // A module that keeps the serial number: the slot says beforehand what it will be afterwards.
        fake.OfSlot = (_, function, _) => function == nameof(ISlot.InitToken) ? null : Fake.Real;
        TokenSlot kept = first with { Token = first.Token with { IsInitialized = false } };
        Assert.Equal(first.Token.Serial, TokenInitializer.InitializeToken(module.Loaded, kept, hsm.Settings, hsm.Observer).Token.Serial);

        // SoftHSM2 gives a new one, and two answer to the label.
        fake.OfSlot = (_, _, _) => Fake.Real;
        TokenSlot blank = TokenSlot.List(module.Loaded, []).First(s => s.Token.Label.Length == 0);
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => TokenInitializer.InitializeToken(module.Loaded, blank, hsm.Settings, hsm.Observer));
        Assert.Equal((ErrorId.HsmTokenAmbiguous, SoftHsm.ModulePath), (e.Id, e.Target));
    }

    private ErrorId? Open(bool mayErase = false) =>
        (Record.Exception(() => TokenSession.Open(fake.In(hsm.Settings), true, hsm.Observer, mayErase: mayErase).Dispose()) as AutoRegisterException)?.Id;

    private static TokenSlot Ours(Pkcs11Module module) => TokenSlot.List(module.Loaded, []).First(s => s.Token.Label == "aktualizr");
}

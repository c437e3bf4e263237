using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Which token is taken, and what is checked before it is initialised.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class TokenChoiceTests : IDisposable
{
    private readonly SoftHsm hsm = new();

    public void Dispose() => hsm.Dispose();

    [Fact]
    public void Where_only_a_broken_token_could_be_ours_its_failure_is_the_answer()
    {
        hsm.AddTokenFile(TokenFile.Number(0));
        AutoRegisterException e = Fails(() => hsm.Open(mayInitialize: false));
        Assert.NotEqual(ErrorId.HsmTokenNotFound, e.Id);
        Assert.Contains("C_GetTokenInfo", e.Message, StringComparison.Ordinal);
        Assert.Contains("C_GetTokenInfo", Fails(() => TokenSession.Open(hsm.Settings with { TokenSerial = "none" }, true, hsm.Observer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_remedy_is_to_initialise_where_there_is_a_blank_token_only()
    {
        SoftHsm.InitializeToken("payments");
        AutoRegisterException may = Fails(() => hsm.Open(mayInitialize: false));
        AutoRegisterException none = Fails(() => TokenSession.Open(hsm.Settings with { TokenSerial = "none" }, true, hsm.Observer));
        Assert.Equal((ErrorId.HsmTokenNotFound, ErrorId.HsmTokenNotFound), (may.Id, none.Id));
        Assert.Contains("initialise the blank token", may.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("Check the label", none.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("\"payments\" serial ", may.Message, StringComparison.Ordinal);
        Assert.Contains("blank serial (none) in slot ", may.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void That_a_blank_token_will_be_initialised_is_remembered_before_and_once()
    {
        int times = 0;
        void Remember()
        {
            using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
            Assert.DoesNotContain(module.ListTokens(), t => t.IsInitialized);
            times++;
        }

        TokenSession.Open(hsm.Settings, true, hsm.Observer, Remember).Dispose();
        TokenSession.Open(hsm.Settings, true, hsm.Observer, Remember).Dispose();
        Assert.Equal(1, times);
    }

    [Fact]
    public void A_token_is_listed_as_what_it_is()
    {
        SoftHsm.InitializeToken("payments");
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        IReadOnlyList<HsmSlot> slots = module.ListSlots();
        Assert.Equal([HsmSlotState.Initialized, HsmSlotState.Blank], slots.Select(s => s.State).Order());
        Assert.All(slots, slot => Assert.Contains("CKM_ECDSA", slot.Mechanisms));
        Assert.All(slots, slot => Assert.Equal((SoftHsm.ModulePath, string.Empty, slot.Token!.SlotId), (slot.ModulePath, slot.Problem, slot.SlotId)));
        Assert.Equal(SoftHsm.ModulePath, module.Path);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void A_label_has_1_to_32_bytes(int length, bool taken)
    {
        var e = Record.Exception(() => InitializationChecks.Label(new byte[length], "text")) as AutoRegisterException;
        Assert.Equal(taken ? (null, null) : (ErrorId.HsmSettingUnusable, "text"), ((ErrorId?)e?.Id, e?.Target));
    }

    [Theory]
    [InlineData(false, PinState.Ready, null)]
    [InlineData(false, PinState.Locked, null)]
    [InlineData(false, PinState.FinalTry, ErrorId.HsmPinFinalTry)]
    [InlineData(true, PinState.Ready, ErrorId.HsmTokenUnusable)]
    public void A_token_that_cannot_be_written_and_a_pin_that_must_not_be_tried_are_refused(bool writeProtected, PinState officer, ErrorId? expected)
    {
        TokenInfo token = SomeToken.Ready with { IsWriteProtected = writeProtected, SoPin = officer };
        var e = Record.Exception(() => InitializationChecks.Pins(token, hsm.Settings)) as AutoRegisterException;
        Assert.Equal(expected, e?.Id);
        Assert.Equal(expected == ErrorId.HsmPinFinalTry, e?.Message.Contains("SO PIN", StringComparison.Ordinal) ?? false);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("CKM_RSA_PKCS_KEY_PAIR_GEN", ErrorId.HsmMechanismMissing)]
    [InlineData("CKM_EC_KEY_PAIR_GEN CKM_ECDSA", null)]
    public void A_fake_token_that_cannot_serve_stays_blank_and_one_that_lists_nothing_gets_its_chance(string mechanisms, ErrorId? expected)
    {
        List<CKM> listed = [.. mechanisms.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<CKM>)];
        var fake = new FakeModule { OfSlot = (_, function, _) => function == nameof(ISlot.GetMechanismList) ? listed : Fake.Real };
        var e = Record.Exception(() => TokenSession.Open(fake.In(hsm.Settings), true, hsm.Observer).Dispose()) as AutoRegisterException;
        Assert.Equal((expected, expected is null ? 1 : 0), (e?.Id, fake.Count(nameof(ISlot.InitToken))));
    }

    [Fact]
    public void A_token_that_holds_nothing_or_has_no_sessions_is_empty()
    {
        SoftHsm.InitializeToken("payments");
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        Assert.All(TokenSlot.List(module.Loaded, []), InitializationChecks.Empty);
    }

    private static AutoRegisterException Fails(Func<TokenSession> open) => Assert.Throws<AutoRegisterException>(() => open().Dispose());
}

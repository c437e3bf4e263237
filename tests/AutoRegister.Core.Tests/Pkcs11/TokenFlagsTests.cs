using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Modules;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>What becomes of each flag and number of a token. SoftHSM2 sets few of them, so a fake gives them one by one.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class TokenFlagsTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly FakeModule fake = new();
    private readonly Pkcs11Module module;

    public TokenFlagsTests() => module = Pkcs11Module.Open(fake.In(hsm.Settings), hsm.Observer);

    public void Dispose()
    {
        module.Dispose();
        hsm.Dispose();
    }

    [Theory]
    [InlineData("", PinState.NotInitialized, PinState.NotInitialized)]
    [InlineData("UserPinInitialized UserPinLocked SoPinLocked", PinState.NotInitialized, PinState.NotInitialized)]
    [InlineData("TokenInitialized UserPinLocked", PinState.NotInitialized, PinState.Ready)]
    [InlineData("TokenInitialized UserPinInitialized", PinState.Ready, PinState.Ready)]
    [InlineData("TokenInitialized UserPinInitialized UserPinToBeChanged", PinState.ToBeChanged, PinState.Ready)]
    [InlineData("TokenInitialized UserPinInitialized UserPinToBeChanged UserPinCountLow", PinState.CountLow, PinState.Ready)]
    [InlineData("TokenInitialized UserPinInitialized UserPinToBeChanged UserPinCountLow UserPinFinalTry", PinState.FinalTry, PinState.Ready)]
    [InlineData("TokenInitialized UserPinInitialized UserPinToBeChanged UserPinCountLow UserPinFinalTry UserPinLocked", PinState.Locked, PinState.Ready)]
    [InlineData("TokenInitialized UserPinInitialized SoPinToBeChanged", PinState.Ready, PinState.ToBeChanged)]
    [InlineData("TokenInitialized UserPinInitialized SoPinToBeChanged SoPinCountLow", PinState.Ready, PinState.CountLow)]
    [InlineData("TokenInitialized UserPinInitialized SoPinToBeChanged SoPinCountLow SoPinFinalTry", PinState.Ready, PinState.FinalTry)]
    [InlineData("TokenInitialized UserPinInitialized SoPinToBeChanged SoPinCountLow SoPinFinalTry SoPinLocked", PinState.Ready, PinState.Locked)]
    public void The_worst_flag_of_a_pin_that_exists_is_its_state(string flags, PinState user, PinState officer)
    {
        TokenInfo token = Read(flags);
        Assert.Equal((user, officer), (token.UserPin, token.SoPin));
    }

    [Theory]
    [InlineData("", false, false, false, false)]
    [InlineData("TokenInitialized", true, false, false, false)]
    [InlineData("WriteProtected", false, true, false, false)]
    [InlineData("LoginRequired", false, false, true, false)]
    [InlineData("ProtectedAuthenticationPath", false, false, false, true)]
    public void Every_other_flag_is_one_of_the_token_s(string flags, bool initialized, bool writeProtected, bool loginRequired, bool pinPad)
    {
        TokenInfo token = Read(flags);
        Assert.Equal((initialized, writeProtected, loginRequired, pinPad), (token.IsInitialized, token.IsWriteProtected, token.IsLoginRequired, token.HasProtectedAuthenticationPath));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(uint.MaxValue, 0)]
    [InlineData(ulong.MaxValue, 0)]
    [InlineData(0x1_0000_0000, int.MaxValue)]
    [InlineData((ulong)long.MaxValue, int.MaxValue)]
    [InlineData((ulong)long.MaxValue + 1, 0)]
    public void The_shortest_pin_is_what_the_token_says_or_any(ulong said, int expected) => Assert.Equal(expected, Read("", ("MinPinLen", said)).MinPinLength);

    [Theory]
    [InlineData(8, 8)]
    [InlineData(0, int.MaxValue)]
    [InlineData(uint.MaxValue, int.MaxValue)]
    [InlineData(ulong.MaxValue, int.MaxValue)]
    [InlineData(0x1_0000_0000, int.MaxValue)]
    public void The_longest_pin_is_what_the_token_says_or_any(ulong said, int expected) => Assert.Equal(expected, Read("", ("MaxPinLen", said)).MaxPinLength);

    [Theory]
    [InlineData(0, 0L)]
    [InlineData(uint.MaxValue - 1, (long)uint.MaxValue - 1)]
    [InlineData(uint.MaxValue, null)]
    [InlineData(ulong.MaxValue, null)]
    [InlineData((ulong)long.MaxValue, long.MaxValue)]
    [InlineData((ulong)long.MaxValue + 1, null)]
    public void Numbers_the_token_does_not_know_are_none(ulong said, long? expected)
    {
        TokenInfo token = Read("", ("FreePrivateMemory", said), ("SessionCount", said));
        Assert.Equal((expected, expected), (token.FreePrivateMemory, token.SessionCount));
    }

    [Fact]
    public void Texts_lose_their_padding_and_stay_where_they_belong()
    {
        TokenInfo token = Read("", ("Label", "  label  "), ("SerialNumber", "serial "), ("ManufacturerId", "maker\0rest"), ("Model", "model   "));
        Assert.Equal(("label", "serial", "maker", "model"), (token.Label, token.Serial, token.Manufacturer, token.Model));
        Assert.Equal((SoftHsm.ModulePath, module.ListSlots()[0].SlotId), (token.ModulePath, token.SlotId));
    }

    [Fact]
    public void Of_a_token_s_mechanisms_those_that_matter_are_shown()
    {
        fake.OfSlot = (_, function, _) => function == nameof(ISlot.GetMechanismList)
            ? new List<CKM> { CKM.CKM_SHA256_RSA_PKCS, CKM.CKM_AES_CBC, CKM.CKM_ECDSA_SHA256 }
            : Fake.Real;
        Assert.Equal(["CKM_ECDSA_SHA256", "CKM_SHA256_RSA_PKCS"], module.ListTokens()[0].Mechanisms);
    }

    [Theory]
    [InlineData(nameof(ISlot.GetSlotInfo))]
    [InlineData(nameof(ISlot.GetTokenInfo))]
    [InlineData(nameof(ISlot.GetMechanismList))]
    public void A_token_that_is_gone_is_unusable(string question)
    {
        ISlot slot = module.Loaded.Slots(SlotsType.WithTokenPresent)[0];
        fake.OfSlot = (_, function, _) => function == question ? throw new Pkcs11Exception("C_" + question, CKR.CKR_DEVICE_REMOVED) : Fake.Real;
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => TokenSlot.Read(slot, SoftHsm.ModulePath).WithMechanisms());
        Assert.Equal((ErrorId.HsmTokenUnusable, SoftHsm.ModulePath), (e.Id, e.Target));
    }

    private TokenInfo Read(string flags, params (string Name, object Value)[] said)
    {
        string[] set = flags.Split(' ');
        fake.OfTokenFlags = flag => set.Contains(flag);
        fake.OfTokenInfo = property => Array.Find(said, s => s.Name == property).Value ?? Fake.Real;
        return module.ListTokens()[0];
    }
}

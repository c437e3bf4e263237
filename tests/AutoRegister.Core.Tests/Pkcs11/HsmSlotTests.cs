using AutoRegister.Core.Pkcs11.Modules;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>What is shown of slots and of the objects in them.</summary>
public sealed class HsmSlotTests
{
    private static readonly TokenInfo Token = new()
    {
        ModulePath = "/module.so", SlotId = 7, SlotDescription = "slot", Label = "line", Serial = "42", Manufacturer = "maker", Model = "model", IsInitialized = true,
        IsWriteProtected = false, IsLoginRequired = true, HasProtectedAuthenticationPath = false, UserPin = PinState.Ready, SoPin = PinState.CountLow,
        MinPinLength = 4, MaxPinLength = 8, FreePrivateMemory = 12, SessionCount = 1, Mechanisms = ["CKM_ECDSA"],
    };

    [Fact]
    public void A_slot_shows_its_token()
    {
        var slot = new HsmSlot { ModulePath = "/module.so", SlotId = 7, State = HsmSlotState.Initialized, Token = Token };
        Assert.Equal(("line", "42", PinState.Ready, PinState.CountLow, 12), (slot.Label, slot.Serial, slot.UserPin, slot.SoPin, slot.FreeMemory));
        Assert.Equal(["TOKEN_INITIALIZED", "LOGIN_REQUIRED"], slot.Flags);
        Assert.Equal(["CKM_ECDSA"], slot.Mechanisms);
        Assert.Equal("token \"line\" (serial 42) of /module.so", slot.ToString());
    }

    [Fact]
    public void Every_flag_has_its_name()
    {
        TokenInfo other = Token with { IsInitialized = false, IsLoginRequired = false, IsWriteProtected = true, HasProtectedAuthenticationPath = true, Serial = "" };
        Assert.Equal(["WRITE_PROTECTED", "PROTECTED_AUTHENTICATION_PATH"], other.Flags);
        Assert.Equal("the blank token in slot 7 (no serial) of /module.so", other.ToString());
    }

    [Fact]
    public void A_slot_without_a_token_says_so_or_why()
    {
        var slot = new HsmSlot { ModulePath = "/module.so", SlotId = 3, State = HsmSlotState.Empty };
        Assert.Equal("slot 3 of /module.so: no token", slot.ToString());
        Assert.Equal("slot 3 of /module.so: torn", (slot with { Problem = "torn" }).ToString());
        Assert.Equal((string.Empty, string.Empty, null, null, null), (slot.Label, slot.Serial, slot.UserPin, slot.SoPin, slot.FreeMemory));
        Assert.Empty(slot.Flags);
        Assert.Empty(slot.Mechanisms);
    }
}

using AutoRegister.Core.Pkcs11.Modules;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>A token that is ready to use, for what is decided by a token's description alone.</summary>
internal static class SomeToken
{
    public static TokenInfo Ready { get; } = new()
    {
        ModulePath = "/module.so", SlotId = 7, SlotDescription = "slot", Label = "aktualizr", Serial = "17", Manufacturer = "maker", Model = "model", IsInitialized = true,
        IsWriteProtected = false, IsLoginRequired = true, HasProtectedAuthenticationPath = false, UserPin = PinState.Ready, SoPin = PinState.Ready,
        MinPinLength = 4, MaxPinLength = 8, FreePrivateMemory = null, SessionCount = null, Mechanisms = ["CKM_EC_KEY_PAIR_GEN", "CKM_ECDSA"],
    };
}

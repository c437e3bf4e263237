using AutoRegister.Core.Errors;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>Lists slots for a person to read: one that fails is shown with its failure, and hides no other.</summary>
internal static class SlotLister
{
    /// <summary>Lists all slots.</summary>
    /// <param name="module">The module; the caller holds <see cref="LoadedModule.Calls"/>.</param>
    /// <returns>The slots, in the module's order.</returns>
    public static IReadOnlyList<HsmSlot> List(LoadedModule module) =>
        [.. module.Slots(SlotsType.WithOrWithoutTokenPresent).Select(slot => Describe(slot, module.Path))];

    private static HsmSlot Describe(ISlot slot, string modulePath)
    {
        var described = new HsmSlot { ModulePath = modulePath, SlotId = slot.SlotId, State = HsmSlotState.Empty };
        try
        {
            if (!ModuleCalls.Of(modulePath).Do("C_GetSlotInfo", () => slot.GetSlotInfo().SlotFlags.TokenPresent))
            {
                return described;
            }

            var token = TokenSlot.Read(slot, modulePath);
            described = described with { Token = token.Token, State = token.Token.IsInitialized ? HsmSlotState.Initialized : HsmSlotState.Blank };
            return described with { Token = token.WithMechanisms().Token };
        }
        catch (AutoRegisterException e) when (e.InnerException is Pkcs11Exception cause)
        {
            return Failed(described, cause);
        }
        catch (Pkcs11Exception e)
        {
            return Failed(described, e);
        }
    }

    // A token that is described and does not list its mechanisms keeps what is known of it.
    private static HsmSlot Failed(HsmSlot slot, Pkcs11Exception cause) => slot with
    {
        State = slot.Token is null ? HsmSlotState.Unreadable : slot.State,
        Problem = $"{cause.Method} returned {Pkcs11Errors.NameOf(cause.RV)}",
    };
}

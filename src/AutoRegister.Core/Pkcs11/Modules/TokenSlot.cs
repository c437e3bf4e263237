using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>A slot with a token in it, and what the token said of itself when it was asked.</summary>
internal sealed record TokenSlot(ISlot Slot, TokenInfo Token)
{
    // CK_TOKEN_INFO.label (PKCS#11 2.40, section 3.2).
    private const int LabelLength = 32;

    // By name: the enumeration has some values under two names, and would choose the old one.
    private static readonly (CKM Mechanism, string Name)[] MechanismsThatMatter =
    [
        (CKM.CKM_EC_KEY_PAIR_GEN, nameof(CKM.CKM_EC_KEY_PAIR_GEN)),
        (CKM.CKM_ECDSA, nameof(CKM.CKM_ECDSA)),
        (CKM.CKM_ECDSA_SHA256, nameof(CKM.CKM_ECDSA_SHA256)),
        (CKM.CKM_ECDH1_DERIVE, nameof(CKM.CKM_ECDH1_DERIVE)),
        (CKM.CKM_RSA_PKCS_KEY_PAIR_GEN, nameof(CKM.CKM_RSA_PKCS_KEY_PAIR_GEN)),
        (CKM.CKM_RSA_PKCS, nameof(CKM.CKM_RSA_PKCS)),
        (CKM.CKM_SHA256_RSA_PKCS, nameof(CKM.CKM_SHA256_RSA_PKCS)),
    ];

    /// <summary>
    /// Lists the slots that have a token which says what it is. One that does not must not hide the others: SoftHSM2 keeps
    /// the incomplete token whose creation was killed, and fails C_GetTokenInfo for it.
    /// </summary>
    /// <param name="failures">Gets what was wrong with the slots left out.</param>
    /// <returns>The slots, without mechanisms.</returns>
    public static IReadOnlyList<TokenSlot> List(LoadedModule module, ICollection<AutoRegisterException> failures)
    {
        var slots = new List<TokenSlot>();
        foreach (ISlot slot in module.Slots(SlotsType.WithTokenPresent))
        {
            try
            {
                slots.Add(Read(slot, module.Path));
            }
            catch (AutoRegisterException e) when (e.Id != ErrorId.HsmTimeout)
            {
                failures.Add(e);
            }
        }

        return slots;
    }

    /// <summary>The description of a slot, without padding.</summary>
    /// <param name="modulePath">Path of the module, for messages.</param>
    public static string DescriptionOf(ISlot slot, string modulePath) =>
        Ask("C_GetSlotInfo", () => Unpad(slot.GetSlotInfo().SlotDescription), modulePath);

    /// <summary>Asks the token again: flags change with every login and initialisation.</summary>
    /// <returns>The same slot, as it is now, without mechanisms.</returns>
    public TokenSlot Refresh() => Read(Slot, Token.ModulePath);

    /// <summary>Asks for the mechanisms as well.</summary>
    /// <returns>The same slot with <see cref="TokenInfo.Mechanisms"/>.</returns>
    public TokenSlot WithMechanisms()
    {
        List<CKM> all = Ask("C_GetMechanismList", Slot.GetMechanismList, Token.ModulePath);
        return this with { Token = Token with { Mechanisms = [.. MechanismsThatMatter.Where(m => all.Contains(m.Mechanism)).Select(m => m.Name)] } };
    }

    /// <summary>Asks a slot's token what it is.</summary>
    /// <param name="modulePath">Path of the module.</param>
    /// <returns>The slot, without mechanisms.</returns>
    public static TokenSlot Read(ISlot slot, string modulePath)
    {
        string description = DescriptionOf(slot, modulePath);
        ITokenInfo info = Ask("C_GetTokenInfo", slot.GetTokenInfo, modulePath);
        ITokenFlags flags = info.TokenFlags;
        return new TokenSlot(slot, new TokenInfo
        {
            ModulePath = modulePath,
            SlotId = slot.SlotId,
            SlotDescription = description,
            Label = LabelOf(info),
            Serial = Unpad(info.SerialNumber),
            Manufacturer = Unpad(info.ManufacturerId),
            Model = Unpad(info.Model),
            IsInitialized = flags.TokenInitialized,
            IsWriteProtected = flags.WriteProtected,
            IsLoginRequired = flags.LoginRequired,
            HasProtectedAuthenticationPath = flags.ProtectedAuthenticationPath,
            UserPin = StateOf(flags.UserPinLocked, flags.UserPinFinalTry, flags.UserPinCountLow, flags.TokenInitialized && flags.UserPinInitialized, flags.UserPinToBeChanged),
            SoPin = StateOf(flags.SoPinLocked, flags.SoPinFinalTry, flags.SoPinCountLow, flags.TokenInitialized, flags.SoPinToBeChanged),
            MinPinLength = (int)Math.Min(Known(info.MinPinLen) ?? 0, int.MaxValue),
            MaxPinLength = info.MaxPinLen == 0 ? int.MaxValue : (int)Math.Min(Known(info.MaxPinLen) ?? int.MaxValue, int.MaxValue),
            FreePrivateMemory = Known(info.FreePrivateMemory),
            SessionCount = Known(info.SessionCount),
        });
    }

    // What the flags say of a PIN that does not exist means nothing: SoftHSM2 calls the SO PIN of a blank token locked.
    private static PinState StateOf(bool locked, bool finalTry, bool countLow, bool initialized, bool toBeChanged) =>
        !initialized ? PinState.NotInitialized
        : locked ? PinState.Locked
        : finalTry ? PinState.FinalTry
        : countLow ? PinState.CountLow
        : toBeChanged ? PinState.ToBeChanged
        : PinState.Ready;

    // CK_UNAVAILABLE_INFORMATION is all ones in a CK_ULONG of 4 or 8 bytes (PKCS#11 2.40, section 3.2).
    private static long? Known(ulong value) => value is ulong.MaxValue or uint.MaxValue or > long.MaxValue ? null : (long)value;

    // OP-TEE fills the label of a blank token with asterisks; that is not a name.
    private static string LabelOf(ITokenInfo info)
    {
        string label = Unpad(info.Label);
        return label.Length == LabelLength && label.All(c => c == '*') ? string.Empty : label;
    }

    // The specification pads with blanks; modules that copy C strings leave a NUL and whatever was behind it.
    private static string Unpad(string text) => Printable.Line(text.Split('\0')[0].Trim());

    private static T Ask<T>(string function, Func<T> question, string modulePath)
    {
        try
        {
            return ModuleCalls.Of(modulePath).Do(function, question);
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Failure($"PKCS#11 module {modulePath}", e, modulePath);
        }
    }
}

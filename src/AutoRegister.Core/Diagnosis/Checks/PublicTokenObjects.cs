using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>What a token shows to anybody: its public objects, read in a session without a login.</summary>
internal static class PublicTokenObjects
{
    /// <summary>Reads them.</summary>
    /// <param name="slot">Where the token is.</param>
    /// <param name="moduleParameters">What its module is initialised with.</param>
    /// <param name="certificateId">The id of a certificate.</param>
    /// <param name="certificate">Gets that certificate, DER; <see langword="null"/> where there is none.</param>
    internal static IReadOnlyList<TokenObject> Read(TokenSlot slot, string? moduleParameters, string certificateId, out byte[]? certificate)
    {
        using OpenedSession opened = Open(slot, moduleParameters);
        var access = new TokenAccess(opened);
        IReadOnlyList<TokenObject> all = new TokenObjects(access).FindAll();
        TokenObject? named = all.LastOrDefault(o => o.Kind == TokenObjectKind.Certificate && o.Id == certificateId);
        certificate = named is null ? null : access.ReadBytes(named.Handle!, CKA.CKA_VALUE);
        return all;
    }

    /// <summary>Reads those of a token that a module has listed.</summary>
    internal static IReadOnlyList<TokenObject> Read(Pkcs11Module module, TokenInfo token)
    {
        TokenSlot? slot;
        lock (module.Loaded.Calls)
        {
            slot = TokenSlot.List(module.Loaded, []).FirstOrDefault(slot => slot.Token.SlotId == token.SlotId);
        }

        if (slot is null)
        {
            return [];
        }

        using OpenedSession opened = Open(slot, moduleParameters: null);
        return new TokenObjects(new TokenAccess(opened)).FindAll();
    }

    private static OpenedSession Open(TokenSlot slot, string? moduleParameters)
    {
        var module = Pkcs11Module.Open(slot.Token.ModulePath, moduleParameters);
        try
        {
            lock (module.Loaded.Calls)
            {
                return new OpenedSession(module, slot.Token, module.Loaded.Door.Do("C_OpenSession", () => slot.Slot.OpenSession(SessionType.ReadOnly)), InitializedNow: false);
            }
        }
        catch (Pkcs11Exception e)
        {
            module.Dispose();
            throw Pkcs11Errors.Failure(slot.Token.ToString(), e, slot.Token.ModulePath);
        }
    }
}

using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys.Pkcs11;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Diagnosis;

/// <summary>What a token shows to anybody: its public objects, read in a session without a login.</summary>
internal static class PublicTokenObjects
{
    internal static IReadOnlyList<TokenObject> Read(TokenSlot slot, string? moduleParameters)
    {
        Pkcs11Module module = Pkcs11Module.Open(slot.Token.ModulePath, moduleParameters);
        OpenedSession opened;
        try
        {
            lock (module.Loaded.Calls)
            {
                opened = new OpenedSession(module, slot.Token, module.Loaded.Door.Do("C_OpenSession", () => slot.Slot.OpenSession(SessionType.ReadOnly)), InitializedNow: false);
            }
        }
        catch (Pkcs11Exception e)
        {
            module.Dispose();
            throw Pkcs11Errors.Failure(slot.Token.ToString(), e, slot.Token.ModulePath);
        }

        using (opened)
        {
            return new TokenObjects(new TokenAccess(opened)).FindAll();
        }
    }
}

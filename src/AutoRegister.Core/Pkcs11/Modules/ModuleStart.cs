using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>
/// What <see cref="ModuleLibrary40"/> and <see cref="ModuleLibrary80"/> share. They differ from their bases in two ways: they hand a
/// parameter string to <c>C_Initialize</c> (<c>pReserved</c>, which NSS reads), and they call <c>C_Finalize</c> only if they were
/// the ones that initialised: it ends the module for the whole process (PKCS#11 2.40, section 5.4). There are two, because
/// Pkcs11Interop has one set of types for each size of <c>CK_ULONG</c>, without a common ancestor.
/// </summary>
internal static class ModuleStart
{
    /// <summary>Several threads call the module, and it may use the system's locks.</summary>
    public const uint Flags = CKF.CKF_OS_LOCKING_OK;

    /// <summary>Judges what <c>C_Initialize</c> returned.</summary>
    /// <param name="library">The loaded module; disposed where it cannot be used.</param>
    /// <returns>Whether the module was initialised here, and not by someone else in the process before.</returns>
    /// <exception cref="Pkcs11Exception">It failed.</exception>
    public static bool WasHere(CKR rv, IDisposable library)
    {
        if (rv is CKR.CKR_OK or CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED)
        {
            return rv == CKR.CKR_OK;
        }

        library.Dispose();
        throw new Pkcs11Exception("C_Initialize", rv);
    }
}

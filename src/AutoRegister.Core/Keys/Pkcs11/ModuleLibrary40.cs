using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Net.Pkcs11Interop.LowLevelAPI40;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>
/// A PKCS#11 module where <c>CK_ULONG</c> has 4 bytes. Differs from its base in two ways: it hands a parameter string to
/// <c>C_Initialize</c> (<c>pReserved</c>, which NSS reads), and it calls <c>C_Finalize</c> only if it was the one that
/// initialised: <c>C_Finalize</c> ends the module for the whole process (PKCS#11 2.40, section 5.4).
/// </summary>
internal sealed class ModuleLibrary40 : Net.Pkcs11Interop.HighLevelAPI40.Pkcs11Library
{
    private readonly bool initializedHere;

    /// <summary>Loads and initialises the module.</summary>
    /// <param name="factories">Pkcs11Interop's factories.</param>
    /// <param name="path">Path of the module.</param>
    /// <param name="reserved">What <c>pReserved</c> points to, or zero.</param>
    public ModuleLibrary40(Pkcs11InteropFactories factories, string path, nint reserved)
        : base(factories, path)
    {
        var library = new Pkcs11Library(path);
        CKR rv = library.C_Initialize(new CK_C_INITIALIZE_ARGS { Flags = CKF.CKF_OS_LOCKING_OK, Reserved = reserved });
        if (rv is not (CKR.CKR_OK or CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED))
        {
            library.Dispose();
            throw new Pkcs11Exception("C_Initialize", rv);
        }

        initializedHere = rv == CKR.CKR_OK;
        _pkcs11Library = library;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed && !initializedHere && _pkcs11Library is not null)
        {
            _pkcs11Library.Dispose();
            _pkcs11Library = null;
        }

        base.Dispose(disposing);
    }
}

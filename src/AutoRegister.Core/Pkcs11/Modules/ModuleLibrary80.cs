using Net.Pkcs11Interop.HighLevelAPI;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>A PKCS#11 module where <c>CK_ULONG</c> has 8 bytes; see <see cref="ModuleStart"/>.</summary>
internal sealed class ModuleLibrary80 : Net.Pkcs11Interop.HighLevelAPI80.Pkcs11Library
{
    private readonly bool initializedHere;

    /// <summary>Loads and initialises the module.</summary>
    /// <param name="factories">Pkcs11Interop's factories.</param>
    /// <param name="path">Path of the module.</param>
    /// <param name="reserved">What <c>pReserved</c> points to, or zero.</param>
    public ModuleLibrary80(Pkcs11InteropFactories factories, string path, nint reserved)
        : base(factories, path)
    {
        var library = new Pkcs11Library(path);
        initializedHere = ModuleStart.WasHere(library.C_Initialize(new CK_C_INITIALIZE_ARGS { Flags = ModuleStart.Flags, Reserved = reserved }), library);
        _pkcs11Library = library;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed && !initializedHere)
        {
            Interlocked.Exchange(ref _pkcs11Library, null)?.Dispose();
        }

        base.Dispose(disposing);
    }
}

using System.Reflection;
using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>
/// What lies between Pkcs11Interop and a module: the runtime compiles a stub for each function of PKCS#11 when the module is loaded, and
/// one for each structure that is handed over. They depend on the types alone, so that they can be there before the module is.
/// </summary>
internal static class CallStubs
{
    // Internal to Pkcs11Interop: one field for each function, whose type is the function's.
    private const string Functions = "Net.Pkcs11Interop.LowLevelAPI80.Delegates";

    private static readonly object[] Structures =
        [new CK_INFO(), new CK_SLOT_INFO(), new CK_TOKEN_INFO(), new CK_SESSION_INFO(), new CK_ATTRIBUTE(), new CK_MECHANISM(), new CK_MECHANISM_INFO(), new CK_C_INITIALIZE_ARGS()];

    /// <summary>Has them compiled; nothing is called. Modules whose <c>CK_ULONG</c> has another size than 8 bytes gain nothing.</summary>
    internal static void Prepare()
    {
        // A delegate wants an address, and this one is never called.
        nint anything = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "getpid");
        foreach (FieldInfo function in typeof(Pkcs11Exception).Assembly.GetType(Functions, throwOnError: true)!.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            Marshal.GetDelegateForFunctionPointer(anything, function.FieldType);
        }

        foreach (object structure in Structures)
        {
            nint memory = Marshal.AllocHGlobal(Marshal.SizeOf(structure));
            Marshal.StructureToPtr(structure, memory, fDeleteOld: false);
            Marshal.PtrToStructure(memory, structure.GetType());
            Marshal.DestroyStructure(memory, structure.GetType());
            Marshal.FreeHGlobal(memory);
        }
    }
}

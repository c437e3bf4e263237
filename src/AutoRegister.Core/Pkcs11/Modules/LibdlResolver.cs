using System.Reflection;
using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>
/// Tells the runtime where <c>libdl</c> is. Pkcs11Interop imports it by that bare name, which exists only where the C
/// library's development files are installed; glibc 2.34 moved its contents into <c>libc.so.6</c>, musl never had it.
/// </summary>
internal static class LibdlResolver
{
    private static readonly string[] Candidates = ["libdl.so.2", "libc.so.6", "libc.so"];
    private static readonly Lock Gate = new();
    private static bool installed;

    /// <summary>Installs the resolver, once per process and copy of Pkcs11Interop.</summary>
    public static void Install()
    {
        lock (Gate)
        {
            if (installed || !OperatingSystem.IsLinux())
            {
                return;
            }

            try
            {
                NativeLibrary.SetDllImportResolver(typeof(Pkcs11Exception).Assembly, Resolve);
            }
            catch (InvalidOperationException)
            {
                // An assembly can have one resolver only; whoever shares this copy of Pkcs11Interop has set theirs already.
            }

            installed = true;
        }
    }

    /// <summary>Finds what stands in for <c>libdl</c>; leaves every other library to the runtime.</summary>
    internal static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (libraryName != "libdl")
        {
            return 0;
        }

        foreach (string candidate in Candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out nint handle))
            {
                return handle;
            }
        }

        return 0;
    }
}

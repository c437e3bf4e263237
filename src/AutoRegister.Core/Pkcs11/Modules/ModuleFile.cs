using System.Runtime.InteropServices;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>Maps the file of a PKCS#11 module into the process, or says in a user's words why it cannot.</summary>
internal static class ModuleFile
{
    // The one symbol every module exports (PKCS#11 2.40, section 5.4, C_GetFunctionList).
    private const string EntryPoint = "C_GetFunctionList";

    // The dynamic linker's words (EIO, ENOMEM, EMFILE, ENFILE) for what says nothing of the file.
    private static readonly string[] Passing = ["Input/output error", "Cannot allocate memory", "Too many open files", "Too many open files in system"];

    /// <summary>Maps the file.</summary>
    /// <param name="path">A path, or a bare file name for the dynamic linker to look for.</param>
    /// <param name="source">Where the path came from; <see langword="null"/> where nobody said.</param>
    /// <returns>The dynamic linker's handle.</returns>
    public static nint Load(string path, SettingSource? source = null)
    {
        string named = source is null ? path : $"{path} ({source})";
        string place = source?.Place ?? "HSM_MODULE";
        bool isPath = path.Contains('/', StringComparison.Ordinal);
        if (path.Length == 0 || (isPath && !File.Exists(path)))
        {
            throw new AutoRegisterException(
                ErrorId.HsmModuleNotFound,
                $"There is no PKCS#11 module {(path.Length == 0 ? "path" : named)}.",
                $"Install the module of the device's token, or correct {place}.",
                path);
        }

        nint handle;
        try
        {
            handle = NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            string reason = LastLine(e.Message);
            throw new AutoRegisterException(
                !isPath ? ErrorId.HsmModuleNotFound : Passing.Any(words => reason.EndsWith(words, StringComparison.Ordinal)) ? ErrorId.HsmModuleUnusable : ErrorId.HsmModuleInvalid,
                $"PKCS#11 module {named} cannot be loaded: {reason}",
                $"Check that the file is a shared library of this machine's architecture and that what it depends on is installed, or correct {place}.",
                path,
                e);
        }

        if (NativeLibrary.TryGetExport(handle, EntryPoint, out _))
        {
            return handle;
        }

        NativeLibrary.Free(handle);
        throw new AutoRegisterException(
            ErrorId.HsmModuleInvalid,
            $"{named} is a shared library, but no PKCS#11 module: it does not export {EntryPoint}.",
            $"Correct {place}: it must be the path of the module of the device's token, built for this machine.",
            path);
    }

    // The runtime puts advice for developers before the dynamic linker's own words.
    private static string LastLine(string message) => message.Trim().Split('\n')[^1].Trim();
}

using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys.Pkcs11;

namespace AutoRegister.Core.Diagnosis;

/// <summary>What this machine offers for a setting, for somebody who types. What cannot be read offers nothing; nothing is logged in to.</summary>
public static class Candidates
{
    private static readonly string[] ModuleFolders =
    [
        "/usr/lib", "/usr/lib64", "/usr/lib/pkcs11", "/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/pkcs11", "/usr/lib/aarch64-linux-gnu/pkcs11",
        "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/lib/aarch64-linux-gnu/softhsm", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
    ];

    private static readonly string[] ModuleNames = ["libckteec.so*", "libtpm2_pkcs11.so*", "libsofthsm2.so", "libsofthsm2-tk.so", "opensc-pkcs11.so", "p11-kit-proxy.so", "libcryptoauth.so*"];

    /// <summary>The factory the image was built for.</summary>
    /// <param name="root">The directory device paths are below.</param>
    /// <returns>None or one.</returns>
    public static IReadOnlyList<string> Factories(string root)
    {
        try
        {
            return OsRelease.Read(root).Factory is { } factory ? [factory.Value] : [];
        }
        catch (AutoRegisterException)
        {
            return [];
        }
    }

    /// <summary>PKCS#11 modules where distributions put them; once a path is begun, what is there.</summary>
    /// <param name="typed">What was typed so far.</param>
    /// <returns>Full paths; directories end with a slash.</returns>
    public static IReadOnlyList<string> ModulePaths(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        List<string> known = [.. ModuleFolders.SelectMany(folder => ModuleNames.SelectMany(name => List(folder, name))).Distinct(StringComparer.Ordinal)];
        if (!typed.StartsWith('/') || known.Any(path => path.StartsWith(typed, StringComparison.Ordinal)))
        {
            return known;
        }

        string folder = typed[..(typed.LastIndexOf('/') + 1)];
        return [.. List(folder, "*").Select(path => Directory.Exists(path) ? path + "/" : path).Where(path => path.EndsWith('/') || path.Contains(".so", StringComparison.Ordinal))];
    }

    /// <summary>The labels of the initialised tokens of a module.</summary>
    /// <param name="root">The directory device paths are below.</param>
    /// <param name="modulePath">The module; <see langword="null"/> for the one that the hsm file names.</param>
    /// <returns>The labels.</returns>
    public static IReadOnlyList<string> TokenLabels(string root, string? modulePath)
    {
        try
        {
            using Pkcs11Module? module = (modulePath ?? ModuleOf(root)) is string path && File.Exists(path) ? Pkcs11Module.Open(path) : null;
            return module is null ? [] : [.. module.ListTokens().Where(token => token.IsInitialized).Select(token => token.Label).Distinct(StringComparer.Ordinal)];
        }
        catch (AutoRegisterException)
        {
            return [];
        }
    }

    private static string? ModuleOf(string root)
    {
        using ConfigFile? file = ConfigFile.TryRead(root, HsmFile.DefaultPath);
        using HsmFile? parsed = file is null ? null : HsmFile.Parse(file, SilentObserver.Instance);
        return parsed?.Module?.Value;
    }

    private static string[] List(string folder, string pattern)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder, pattern);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

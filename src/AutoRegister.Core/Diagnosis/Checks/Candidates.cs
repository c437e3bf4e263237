using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.OtaClient;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Diagnosis.Checks;

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
    public static IReadOnlyList<string> Factories(string root) => OfImage(root, image => image.Factory);

    /// <summary>The hardware id the image was built for.</summary>
    /// <param name="root">The directory device paths are below.</param>
    public static IReadOnlyList<string> HardwareIds(string root) => OfImage(root, image => image.Machine);

    /// <summary>The tag somebody chose for the device, and the image's own.</summary>
    /// <param name="root">The directory device paths are below.</param>
    /// <returns>None to a few.</returns>
    public static IReadOnlyList<string> Tags(string root) => [.. ChosenTags(root).Concat(OfImage(root, image => image.FactoryTag)).Distinct(StringComparer.Ordinal)];

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
    public static IReadOnlyList<string> TokenLabels(string root, string? modulePath) =>
        OfModule(root, modulePath, module => module.ListTokens().Where(token => token.IsInitialized).Select(token => token.Label));

    /// <summary>The serial numbers of the tokens of a module.</summary>
    /// <param name="root">The directory device paths are below.</param>
    /// <param name="modulePath">The module; <see langword="null"/> for the one that the hsm file names.</param>
    public static IReadOnlyList<string> TokenSerials(string root, string? modulePath) =>
        OfModule(root, modulePath, module => module.ListTokens().Select(token => token.Serial));

    /// <summary>The ids of the public keys that a module's tokens show without a login.</summary>
    /// <param name="tokenLabel">The token's label; <see langword="null"/> for all tokens.</param>
    /// <returns>Lower-case hex.</returns>
    public static IReadOnlyList<string> KeyIds(string modulePath, string? tokenLabel) => OfKeys(modulePath, tokenLabel, key => key.Id);

    /// <summary>The labels of the public keys that a module's tokens show without a login.</summary>
    /// <param name="tokenLabel">The token's label; <see langword="null"/> for all tokens.</param>
    public static IReadOnlyList<string> KeyLabels(string modulePath, string? tokenLabel) => OfKeys(modulePath, tokenLabel, key => key.Label);

    /// <summary>The OTA client's unit, as LmP names it.</summary>
    public static IReadOnlyList<string> OtaClientServices() => [OtaClientLock.DefaultService];

    private static IReadOnlyList<string> OfImage(string root, Func<OsRelease, Sourced<string>?> value)
    {
        try
        {
            return value(OsRelease.Read(root)) is { } found ? [found.Value] : [];
        }
        catch (AutoRegisterException)
        {
            return [];
        }
    }

    private static IReadOnlyList<string> ChosenTags(string root)
    {
        try
        {
            using var file = ConfigFile.TryRead(root, TagList.DefaultPath);
            return file is null ? [] : TagList.Parse(file, SilentObserver.Instance).Value;
        }
        catch (AutoRegisterException)
        {
            return [];
        }
    }

    private static IReadOnlyList<string> OfKeys(string modulePath, string? tokenLabel, Func<TokenObject, string> name) => OfModule("/", modulePath, module =>
        module.ListTokens().Where(token => token.IsInitialized && (tokenLabel is null || token.Label == tokenLabel))
            .SelectMany(token => PublicTokenObjects.Read(module, token)).Where(o => o.Kind == TokenObjectKind.PublicKey).Select(name));

    private static IReadOnlyList<string> OfModule(string root, string? modulePath, Func<Pkcs11Module, IEnumerable<string>> words)
    {
        try
        {
            using Pkcs11Module? module = (modulePath ?? ModuleOf(root)) is string path && File.Exists(path) ? Pkcs11Module.Open(path) : null;
            return module is null ? [] : [.. words(module).Where(word => word.Length > 0).Distinct(StringComparer.Ordinal)];
        }
        catch (AutoRegisterException)
        {
            return [];
        }
    }

    private static string? ModuleOf(string root)
    {
        using var file = ConfigFile.TryRead(root, HsmFile.DefaultPath);
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

using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.SoftHsm;

/// <summary>Where SoftHSM2 keeps its tokens (softhsm2.conf(5)). Read as SoftHSM2 2.6 reads it: from the file that it looks in.</summary>
internal static class SoftHsmConfiguration
{
    /// <summary>Reads <c>directories.tokendir</c> of the configuration the module reads.</summary>
    /// <param name="environment">What the module found in the environment; <see langword="null"/> for what the next one finds.</param>
    /// <returns>The directory; <see langword="null"/> when no configuration names one.</returns>
    public static string? TokenDirectory(ModuleVariables? environment = null) =>
        Places(environment ?? ModuleVariables.Current()).FirstOrDefault(File.Exists) is string file
            ? SmallFile.ReadText(file).Split('\n')
                .Select(line => line.Split('#', 2)[0].Split('=', 2, StringSplitOptions.TrimEntries))
                .LastOrDefault(parts => parts is ["directories.tokendir", _])?[1]
            : null;

    // SOFTHSM2_CONF alone where it is set, to nothing too: the module is not usable then.
    private static string[] Places(ModuleVariables environment) => environment["SOFTHSM2_CONF"] is string named
        ? [named]
        : [Path.Join(Home(environment), ".config", "softhsm2", "softhsm2.conf"), "/etc/softhsm/softhsm2.conf", "/etc/softhsm2.conf"];

    // Without HOME that of the user database (getpwuid(3)).
    private static string Home(ModuleVariables environment) =>
        environment["HOME"] is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
}

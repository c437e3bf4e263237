using AutoRegister.Core.Files;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>Where SoftHSM2 keeps its tokens (softhsm2.conf(5)).</summary>
internal static class SoftHsmConfiguration
{
    /// <summary>Reads <c>directories.tokendir</c> of the configuration the module reads.</summary>
    /// <returns>The directory; <see langword="null"/> when no configuration names one.</returns>
    public static string? TokenDirectory()
    {
        string home = Environment.GetEnvironmentVariable("HOME") ?? "/";
        string[] places =
        [
            Environment.GetEnvironmentVariable("SOFTHSM2_CONF") ?? string.Empty,
            Path.Join(home, ".config", "softhsm2", "softhsm2.conf"),
            "/etc/softhsm/softhsm2.conf",
            "/etc/softhsm2.conf",
        ];
        return places.FirstOrDefault(File.Exists) is string file
            ? SmallFile.ReadText(file).Split('\n')
                .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
                .LastOrDefault(parts => parts is ["directories.tokendir", _])?[1]
            : null;
    }
}

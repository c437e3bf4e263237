using AutoRegister.Core.Configuration;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Sota;

/// <summary>Whether a device must have an API token before anything is asked of a server.</summary>
public static class ApiTokenNeed
{
    /// <summary>
    /// Whether it can do without: a person can authorise the device instead; and a registered device needs none any more, and may have
    /// deleted it. What is wrong with such a one is for <c>New-HsmDeviceKey</c> to say.
    /// </summary>
    /// <param name="options">What the caller's parameters say of the device.</param>
    /// <param name="outputPath">The directory that takes the place of its SOTA directory; <see langword="null"/> for none.</param>
    /// <param name="personIsThere">Whether a person sits there.</param>
    /// <returns>Whether it can.</returns>
    public static bool IsOptional(SotaConfigOptions options, string? outputPath, bool personIsThere)
    {
        ArgumentNullException.ThrowIfNull(options);
        return personIsThere
            || InstalledCredentials.Inspect(outputPath ?? RootedPath.Resolve(options.Root ?? "/", options.SotaDirectory ?? SotaConfig.DefaultSotaDirectory)).Toml is not null;
    }
}

using System.Globalization;
using System.Reflection;

namespace AutoRegister.Core.Base;

/// <summary>What the build wrote into this assembly.</summary>
public static class BuildInformation
{
    /// <summary>The version in the module manifest.</summary>
    public static string Version { get; } = typeof(BuildInformation).Assembly.GetName().Version!.ToString(3);

    /// <summary>The release date in the module manifest: a clock that is before it is not set.</summary>
    public static DateTimeOffset ReleaseDate { get; } = DateTimeOffset.ParseExact(
        typeof(BuildInformation).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "ReleaseDate").Value!,
        "yyyy-MM-dd",
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal);
}

namespace AutoRegister.Core.Configuration;

/// <summary>The kind of place a setting came from.</summary>
public enum SettingSourceKind : long
{
    /// <summary>Built in.</summary>
    Default,

    /// <summary>A line of a file.</summary>
    File,

    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>A systemd credential (<c>$CREDENTIALS_DIRECTORY</c>).</summary>
    Credential,

    /// <summary>A parameter of the cmdlet.</summary>
    Parameter,
}

/// <summary>Where one setting came from.</summary>
/// <param name="Kind">The kind of place.</param>
/// <param name="Name">The file's path as on the device, the variable's, credential's or parameter's name; empty for a default.</param>
/// <param name="Line">The line in the file, counted from 1; <see langword="null"/> when there is none.</param>
public sealed record SettingSource(SettingSourceKind Kind, string Name = "", int? Line = null)
{
    /// <summary>Built in.</summary>
    public static SettingSource Default { get; } = new(SettingSourceKind.Default);

    /// <summary>The place in a few words: <c>/etc/sota/hsm:2</c>, <c>environment DEVICE_API</c>, <c>parameter -Tag</c>, <c>default</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Kind switch
    {
        SettingSourceKind.File when Line is int line => $"{Name}:{line}",
        SettingSourceKind.File => Name,
        SettingSourceKind.Environment => $"environment {Name}",
        SettingSourceKind.Credential => $"credential {Name}",
        SettingSourceKind.Parameter => $"parameter -{Name}",
        _ => "default",
    };
}

namespace AutoRegister.Core.Files;

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
/// <param name="Name">The file's path on this machine, the variable's, credential's or parameter's name; empty for a default.</param>
/// <param name="Line">The line in the file, counted from 1; <see langword="null"/> when there is none.</param>
public sealed record SettingSource(SettingSourceKind Kind, string Name = "", int? Line = null)
{
    /// <summary>Built in.</summary>
    public static SettingSource Default { get; } = new(SettingSourceKind.Default);

    /// <summary>What the value is called there, where the place alone does not say it: <c>HSM_PIN</c>, <c>module-path of HSM_URI</c>; else empty.</summary>
    public string Setting { get; init; } = string.Empty;

    /// <summary>Where the file is named that the value is in: the URI whose <c>pin-source</c> it is; <see langword="null"/> for a value in its usual place.</summary>
    public SettingSource? NamedBy { get; init; }

    /// <summary>The place as a remedy names it, with what stands there: <c>HSM_PIN in /etc/sota/hsm:2</c>, <c>-HsmPin</c>, <c>the systemd credential hsm-pin</c>.</summary>
    internal string Place => Kind switch
    {
        SettingSourceKind.File when NamedBy is not null => $"the file {Name}, which is the {NamedBy.Place}",
        SettingSourceKind.File when Setting.Length > 0 => $"{Setting} in {ToString()}",
        SettingSourceKind.Parameter => Setting.Length > 0 ? $"{Setting} of -{Name}" : $"-{Name}",
        SettingSourceKind.Credential => $"the systemd credential {Name}",
        SettingSourceKind.Environment => $"{Name} in the environment",
        _ => ToString(),
    };

    /// <summary>How a value gets to the place: what a remedy says of a new one.</summary>
    internal string Put => Kind == SettingSourceKind.Parameter ? $"give it as {Place}" : $"put it into {Place}";

    /// <summary>The place in a few words: <c>/etc/sota/hsm:2</c>, <c>environment DEVICE_API</c>, <c>parameter -Tag</c>, <c>default</c>.</summary>
    public override string ToString() => Kind switch
    {
        SettingSourceKind.File when NamedBy is not null => $"{Name}{(Line is int number ? $":{number}" : string.Empty)} ({NamedBy.Place})",
        SettingSourceKind.File when Line is int line => $"{Name}:{line}",
        SettingSourceKind.File => Name,
        SettingSourceKind.Environment => $"environment {Name}",
        SettingSourceKind.Credential => $"credential {Name}",
        SettingSourceKind.Parameter => $"parameter -{Name}",
        _ => "default",
    };
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>The layers settings come from, as the single settings see them.</summary>
internal sealed record SettingInputs(SotaConfigOptions Options, Func<string, string?> Variable, IRegistrationObserver Observer)
{
    /// <summary>The directory device paths are below.</summary>
    public string Root => Options.Root ?? "/";

    /// <summary>A variable of the environment. An empty one counts as none, as in upstream's <c>[ -n "$X" ]</c>.</summary>
    public Sourced<string>? Environment(string name) =>
        Variable(name) is { Length: > 0 } value ? new Sourced<string>(value, new SettingSource(SettingSourceKind.Environment, name)) : null;

    /// <summary>What a parameter says of a setting, when it was given.</summary>
    public Sourced<T>? Given<T>(TypedSetting<T> setting)
        where T : notnull => Options.Said(setting.Given) is T given ? new Sourced<T>(given, setting.FromParameter) : null;

    /// <summary>A value that is built in.</summary>
    public static Sourced<T> Default<T>(T value) => new(value, SettingSource.Default);

    /// <summary>The source of a value that a parameter gave.</summary>
    public static SettingSource FromParameter(string name) => new(SettingSourceKind.Parameter, name);

    /// <summary>
    /// A file that systemd passes to the unit (systemd.exec(5), <c>LoadCredential=</c>). The directory is this process's
    /// own, so it is not below the root.
    /// </summary>
    /// <returns>The file, or <see langword="null"/> when the unit has no such credential.</returns>
    public ConfigFile? Credential(string name) =>
        Environment("CREDENTIALS_DIRECTORY") is { } directory ? ConfigFile.TryRead("/", Path.Join(directory.Value, name)) : null;

    /// <summary>The source of a value from a credential.</summary>
    public static SettingSource FromCredential(string name) => new(SettingSourceKind.Credential, name);
}

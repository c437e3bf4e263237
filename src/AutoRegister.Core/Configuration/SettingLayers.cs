using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>The layers that can say one setting: parameter, then environment, then what it has of its own, then what is built in.</summary>
/// <param name="Draft">What is read of the others.</param>
internal readonly record struct SettingLayers(SettingDefinition Setting, SotaConfigDraft Draft)
{
    /// <summary>All layers of all settings.</summary>
    internal SettingInputs Inputs => Draft.Inputs;

    /// <summary>The image's os-release.</summary>
    internal OsRelease Image => Draft.Image;

    /// <summary>The variable of the environment; an empty one counts as none.</summary>
    internal Sourced<string>? Variable => Setting.Variable is string name ? Inputs.Environment(name) : null;

    /// <summary>Whether the variable is set, be it to nothing.</summary>
    internal bool IsSet => Setting.Variable is string name && Inputs.Variable(name) is not null;

    /// <summary>The source of a value that the variable gave.</summary>
    internal SettingSource FromVariable => new(SettingSourceKind.Environment, Setting.Variable!);

    /// <summary>A text from parameter or environment.</summary>
    internal Sourced<string>? Said => Parameter<string>() ?? Variable;

    /// <summary>A text that has a default.</summary>
    internal Sourced<string> Text => Said ?? SettingInputs.Default(Setting.Default!);

    /// <summary>What the caller's parameter says.</summary>
    internal Sourced<T>? Parameter<T>()
        where T : notnull => Inputs.Options.Said(Setting.Given) is T given ? new Sourced<T>(given, Setting.FromParameter) : null;

    /// <summary>A flag that only a parameter says, or its default.</summary>
    internal Sourced<bool> Flag => Parameter<bool>() ?? SettingInputs.Default(Setting.Default == "true");
}

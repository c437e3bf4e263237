using System.Globalization;
using AutoRegister.Core.Base;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>Collects every setting with its source as a person reads it.</summary>
internal sealed class SettingTable
{
    private readonly List<Setting> rows = [];

    /// <summary>The rows in the order they were added.</summary>
    public IReadOnlyList<Setting> Rows => rows;

    /// <summary>Adds a setting.</summary>
    /// <returns>Itself, so that the table can be written down in one go.</returns>
    public SettingTable Add<T>(string name, Sourced<T> setting)
    {
        rows.Add(new Setting(name, Text(setting.Value), setting.Source));
        return this;
    }

    /// <summary>Adds a setting that may be unset.</summary>
    /// <returns>Itself.</returns>
    public SettingTable Add<T>(string name, Sourced<T>? setting) =>
        setting is { } set ? Add(name, set) : Add(name, SettingInputs.Default(string.Empty));

    private static string Text<T>(T value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        Secret secret => secret.ToString(),
        IEnumerable<string> list => string.Join(',', list),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };
}

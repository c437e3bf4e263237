using AutoRegister.Core.Files;

namespace AutoRegister;

/// <summary>One setting as a person reads it: what it is and where it came from. Secrets are shown as <c>(secret)</c>.</summary>
/// <param name="Name">The name of the property of <see cref="SotaConfig"/>, or <c>Hsm.*</c>.</param>
/// <param name="Value">The value as text; empty when unset.</param>
/// <param name="Source">Where it came from.</param>
public sealed record Setting(string Name, string Value, SettingSource Source)
{
    /// <summary>Name, value and place.</summary>
    public override string ToString() => $"{Name} = {Value} ({Source})";
}

using AutoRegister.Core.Configuration;

namespace AutoRegister.Core.Sota;

/// <summary>One line of <c>sota.toml</c>: checked, and in the one form that both readers read alike.</summary>
/// <param name="Kind">What the value is.</param>
/// <param name="Value">The value, without quotes.</param>
internal sealed record SotaEntry(string Section, string Key, SotaValueKind Kind, string Value)
{
    /// <summary>The value as it is written.</summary>
    internal string Source => Kind is SotaValueKind.Number or SotaValueKind.Flag ? Value : $"\"{Value}\"";

    /// <summary>The line.</summary>
    /// <returns><c>key = value</c>.</returns>
    public override string ToString() => $"{Key} = {Source}";
}

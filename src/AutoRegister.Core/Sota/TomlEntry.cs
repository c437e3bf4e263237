using AutoRegister.Core.Base;

namespace AutoRegister.Core.Sota;

/// <summary>One thing that a TOML document says, decoded: however it was spelled, quoted, escaped, dotted or in an inline table.</summary>
/// <param name="Path">The names that lead to it, from the top.</param>
/// <param name="Text">Its value as text; empty for a table and for what is no single value.</param>
/// <param name="Line">Its line, counted from 1.</param>
internal sealed record TomlEntry(IReadOnlyList<string> Path, TomlEntryKind Kind, string Text, int Line)
{
    /// <summary>The names as a person reads them.</summary>
    internal string Name => Characters.Quote(Printable.Text(string.Join('.', Path)));
}

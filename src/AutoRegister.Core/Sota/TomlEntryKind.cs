namespace AutoRegister.Core.Sota;

/// <summary>What a TOML document says at one place.</summary>
internal enum TomlEntryKind
{
    /// <summary>A table begins, and may be empty.</summary>
    Table,

    /// <summary>A string.</summary>
    Text,

    /// <summary>An integer.</summary>
    Number,

    /// <summary>A boolean.</summary>
    Flag,

    /// <summary>Anything else: arrays, floats, dates, arrays of tables.</summary>
    Other,
}

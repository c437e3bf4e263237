namespace AutoRegister.Core.Configuration;

/// <summary>
/// What a value of <c>sota.toml</c> is, and so how it is written for both readers: aktualizr's <c>CopyFromConfig</c> takes quotes off
/// a text and reads a number or a flag only where it has none.
/// </summary>
public enum SotaValueKind : long
{
    /// <summary>Any text on one line.</summary>
    Text,

    /// <summary>A path. aktualizr reads some of them with boost::filesystem, to which <c>&amp;</c> is an escape.</summary>
    Path,

    /// <summary>An absolute http or https URL.</summary>
    Url,

    /// <summary>Where a key or certificate is: <c>file</c> or <c>pkcs11</c>.</summary>
    Source,

    /// <summary>A whole number from 0 up, written without quotes.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>, written without quotes.</summary>
    Flag,

    /// <summary>A whole number from 0 up that aktualizr keeps as text, written with quotes.</summary>
    Count,

    /// <summary><c>"0"</c> or <c>"1"</c>: aktualizr-lite's own switches, which are text to the reader and know no <c>true</c>.</summary>
    Switch,
}

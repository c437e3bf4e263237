using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AutoRegister.Factory.Base;

/// <summary>
/// What the fields of a registration may hold. Values that go into <c>sota.toml</c> must need no escapes there: one of
/// its two readers knows none.
/// </summary>
internal static partial class FieldRules
{
    private const int Longest = 128;

    /// <summary>A UUID in the form 8-4-4-4-12; not the nil UUID, whose certificate would have the serial number 0.</summary>
    public static string Uuid(string value) => IsUuid(value)
        ? value
        : throw RefusedException.Malformed("'uuid' must be hexadecimal digits in the form 8-4-4-4-12, not all zero");

    /// <summary>Whether a text is such a UUID.</summary>
    public static bool IsUuid(string value) => UuidForm().IsMatch(value) && value.AsSpan().ContainsAnyExcept('0', '-');

    /// <summary>A device name: anything a terminal can show.</summary>
    public static string Name(string value) => Printable(value, "name");

    /// <summary>A device group, likewise.</summary>
    public static string Group(string value) => Printable(value, "group");

    /// <summary>Tags, separated by commas: what the OTA client and its readers take.</summary>
    public static string Tags(string value) => TagList().IsMatch(value) && value.Length <= Longest
        ? value
        : throw RefusedException.Malformed("'tags' must be of A-Z, a-z, 0-9, '.', '_' and '-', separated by commas");

    /// <summary>A hardware id.</summary>
    public static string HardwareId(string value) => Quotable(value, "hardware-id");

    /// <summary>The device's SOTA directory.</summary>
    public static string SotaDirectory(string value) => value.StartsWith('/')
        ? Quotable(value, "sota-config-dir").TrimEnd('/')
        : throw RefusedException.Malformed("'sota-config-dir' must be an absolute path");

    /// <summary>A text from a request, safe and short enough to be repeated in an answer.</summary>
    public static string Quote(string value)
    {
        var shown = new StringBuilder();
        foreach (Rune rune in value.EnumerateRunes().Take(64))
        {
            shown.Append(IsVisible(rune) ? rune.ToString() : "?");
        }

        return shown.ToString();
    }

    /// <summary>Whether every character has a shape of its own: no control, format, surrogate or separator characters.</summary>
    public static bool IsVisible(string value) => value.EnumerateRunes().All(IsVisible);

    private static string Quotable(string value, string field) => value.AsSpan().ContainsAny('"', '\\')
        ? throw RefusedException.Malformed($"'{field}' must not contain quotes or backslashes")
        : Printable(value, field);

    private static string Printable(string value, string field) =>
        value.Length <= Longest && value.Trim() == value && IsVisible(value)
            ? value
            : throw RefusedException.Malformed($"'{field}' must be at most {Longest} visible characters, without blanks at its ends");

    private static bool IsVisible(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);

    [GeneratedRegex(@"\A[A-Za-z0-9._-]+(,[A-Za-z0-9._-]+)*\z")]
    private static partial Regex TagList();

    [GeneratedRegex(@"\A[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\z")]
    private static partial Regex UuidForm();
}

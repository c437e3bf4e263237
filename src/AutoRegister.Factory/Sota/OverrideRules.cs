using System.Text.RegularExpressions;
using AutoRegister.Factory.Base;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace AutoRegister.Factory.Sota;

/// <summary>
/// What an override may be, so that the resulting file says to both its readers what the device meant: bare names, and
/// for a value one TOML value on one line that is the same text with and without a TOML parser.
/// </summary>
internal static partial class OverrideRules
{
    /// <summary>Refuses what must not be written, and returns the overrides as they are written.</summary>
    public static Dictionary<string, IReadOnlyDictionary<string, string>> Check(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> overrides)
    {
        var good = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        foreach (var (section, keys) in overrides)
        {
            CheckSection(section);
            good[section] = keys.ToDictionary(pair => CheckKey(section, pair.Key), pair => Value(section, pair.Key, pair.Value));
        }

        return good;
    }

    /// <summary>Refuses a section that is no bare TOML key, and the one the device writes itself.</summary>
    private static void CheckSection(string section)
    {
        if (!BareKey().IsMatch(section))
        {
            throw RefusedException.Malformed($"the override section '{FieldRules.Quote(section)}' must be of A-Z, a-z, 0-9, '_' and '-'");
        }

        if (section == "p11")
        {
            throw RefusedException.Malformed("the override section 'p11' is refused: the device writes that one itself");
        }
    }

    /// <summary>Refuses a key that is no bare TOML key.</summary>
    private static string CheckKey(string section, string key)
    {
        if (!BareKey().IsMatch(key))
        {
            throw RefusedException.Malformed($"the override key '{section}.{FieldRules.Quote(key)}' must be of A-Z, a-z, 0-9, '_' and '-'");
        }

        return key;
    }

    /// <summary>The value as it is written; empty when the key is to be unset.</summary>
    private static string Value(string section, string key, string source)
    {
        if (source.Length == 0)
        {
            return "";
        }

        var value = source.Trim(' ');
        return Complaint(value) is { } complaint
            ? throw RefusedException.Malformed($"the override '{section}.{key}' {complaint}")
            : value;
    }

    private static string? Complaint(string value)
    {
        if (!FieldRules.IsVisible(value))
        {
            return "must be one line without control characters";
        }

        if (value.Contains('\\', StringComparison.Ordinal) || value.StartsWith('\'') || value.StartsWith("\"\"\"", StringComparison.Ordinal))
        {
            return "must be without escapes, literal strings and multi-line strings: the OTA client knows none of them";
        }

        var document = SyntaxParser.Parse($"value = {value}\n");
        if (document.HasErrors || document.Tables.ChildrenCount != 0 || document.KeyValues.ChildrenCount != 1)
        {
            return "must be one TOML value; a string carries its own double quotes";
        }

        return HasComment(value) ? "must be without a comment" : null;
    }

    private static bool HasComment(string value)
    {
        var lexer = TomlLexer.Create($"value = {value}\n");
        while (lexer.MoveNext())
        {
            if (lexer.Current.Kind == TokenKind.Comment)
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z")]
    private static partial Regex BareKey();
}

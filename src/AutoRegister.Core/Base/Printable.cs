using System.Buffers;
using System.Globalization;
using System.Text;

namespace AutoRegister.Core.Base;

/// <summary>
/// Text from outside, made fit for a terminal and a log: one line, nothing that a terminal acts on or that turns the order of what is
/// seen around (C0 and C1 controls, bidirectional and other format characters, U+2028), no user name or password in a URL.
/// </summary>
public static class Printable
{
    private const int Limit = 500;
    private static readonly SearchValues<char> AfterAuthority = SearchValues.Create(" /?#\\'\"<>\r\n\t");

    // A line of the journal may have 48 KiB (journald.conf(5), LineMax=).
    private const int LineLimit = 8000;

    /// <summary>Words from outside that become part of a message: white space is folded, and what is too long is cut after 500 characters.</summary>
    public static string Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var result = new StringBuilder(Math.Min(text.Length, Limit));
        foreach (Rune rune in WithoutUserInfo(text).EnumerateRunes())
        {
            bool blank = Rune.IsWhiteSpace(rune) || IsHarmful(rune);
            if (!blank)
            {
                result.Append(rune);
            }
            else if (result.Length > 0 && result[^1] != ' ')
            {
                result.Append(' ');
            }

            if (result.Length >= Limit)
            {
                return result.Append('…').ToString();
            }
        }

        return result.ToString().TrimEnd();
    }

    /// <summary>A whole message as it leaves: what is harmful becomes a blank, character by character, and all else stays.</summary>
    /// <returns>One line; the same text when nothing in it is harmful.</returns>
    public static string Line(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        string text = WithoutUserInfo(message.Length > LineLimit ? $"{message.AsSpan(0, LineLimit)}…" : message);
        if (!text.EnumerateRunes().Any(IsHarmful))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            result.Append(IsHarmful(rune) ? new Rune(' ') : rune);
        }

        return result.ToString();
    }

    private static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // RFC 3986, section 3.2: an authority ends at "/", "?" or "#", and the user information at the "@" in it.
    private static string WithoutUserInfo(string text)
    {
        for (int mark = text.IndexOf("://", StringComparison.Ordinal); mark >= 0; mark = text.IndexOf("://", mark + 3, StringComparison.Ordinal))
        {
            ReadOnlySpan<char> rest = text.AsSpan(mark + 3);
            int end = rest.IndexOfAny(AfterAuthority);
            int at = (end < 0 ? rest : rest[..end]).LastIndexOf('@');
            text = at < 0 ? text : text.Remove(mark + 3, at + 1);
        }

        return text;
    }
}

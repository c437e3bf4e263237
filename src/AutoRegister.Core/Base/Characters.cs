using System.Buffers;
using System.Globalization;
using System.Text;

namespace AutoRegister.Core.Base;

/// <summary>Which characters values may have, and how a message shows those they may not have.</summary>
internal static class Characters
{
    private const int MaximumQuote = 80;

    private const string LettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>What factory names, hardware ids and host names consist of.</summary>
    public static SearchValues<char> Name { get; } = SearchValues.Create(LettersAndDigits + "._-");

    /// <summary>A tag, or a list of tags.</summary>
    public static SearchValues<char> Tags { get; } = SearchValues.Create(LettersAndDigits + "._-,");

    /// <summary>RFC 9110, section 5.6.2: what a header name consists of.</summary>
    public static SearchValues<char> HeaderName { get; } = SearchValues.Create(LettersAndDigits + "!#$%&'*+-.^_`|~");

    /// <summary>The characters of a text that are not allowed, as a message shows them.</summary>
    /// <returns>For example <c>'*', a blank</c>; <see langword="null"/> when all are allowed.</returns>
    public static string? Outside(string text, SearchValues<char> allowed) => text.AsSpan().ContainsAnyExcept(allowed)
        ? string.Join(", ", text.EnumerateRunes().Where(r => !r.IsBmp || !allowed.Contains((char)r.Value)).Distinct().Take(5).Select(Describe))
        : null;

    /// <summary>Why a text can't be shown on one line or put into JSON and certificates as it is.</summary>
    /// <returns>The first control, format or line separator character, described; <see langword="null"/> when all are printable.</returns>
    public static string? Unprintable(ReadOnlySpan<char> text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!IsPrintable(rune))
            {
                return Describe(rune);
            }
        }

        return null;
    }

    /// <summary>Whether a character shows as itself. U+FFFD does not: it stands for what was no text to begin with.</summary>
    public static bool IsPrintable(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);

    /// <summary>A text as a message quotes it: no longer than a line.</summary>
    public static string Quote(string text)
    {
        int length = text.Length <= MaximumQuote ? text.Length : MaximumQuote - (char.IsHighSurrogate(text[MaximumQuote - 1]) ? 1 : 0);
        return length == text.Length ? $"'{text}'" : $"'{text.AsSpan(0, length)}…'";
    }

    private static string Describe(Rune rune) =>
        rune.Value == ' ' ? "a blank" : IsPrintable(rune) && !Rune.IsWhiteSpace(rune) ? $"'{rune}'" : $"U+{rune.Value:X4}";
}

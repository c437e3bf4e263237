using System.Globalization;
using System.Text;

namespace AutoRegister.Core;

/// <summary>Text from outside, made fit for a terminal and a log: one line, no control characters, not endless.</summary>
internal static class Printable
{
    private const int Limit = 500;

    /// <summary>Replaces what a terminal would act on with blanks, folds white space and cuts after 500 characters.</summary>
    internal static string Text(string text)
    {
        var result = new StringBuilder(Math.Min(text.Length, Limit));
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool blank = Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format;
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
}

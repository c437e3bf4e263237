using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Files;

/// <summary>Files that hold one value and nothing else: finds the line it is on.</summary>
internal static class ConfigLine
{
    // ASCII blanks only: what a shell's word splitting and every trim upstream knows.
    private static ReadOnlySpan<byte> Blanks => " \t"u8;

    /// <summary>The first line with something on it, without surrounding blanks.</summary>
    /// <param name="number">The line's number; 0 when all lines are blank.</param>
    /// <returns>The line's text; empty when all lines are blank.</returns>
    public static ReadOnlySpan<byte> First(ConfigFile file, out int number)
    {
        var lines = new ConfigLines(file.Utf8);
        return Next(ref lines, out number).Trim(Blanks);
    }

    /// <summary>The only line with something on it.</summary>
    /// <param name="error">The id when there are two.</param>
    /// <param name="thing">What the file holds, for the message.</param>
    /// <param name="number">The line's number; 0 when all lines are blank.</param>
    /// <param name="keepBlanks">Whether surrounding blanks are part of the value, as in a PIN.</param>
    /// <returns>The line's text; empty when all lines are blank.</returns>
    /// <exception cref="AutoRegisterException">There is a second one.</exception>
    public static ReadOnlySpan<byte> Only(ConfigFile file, ErrorId error, string thing, out int number, bool keepBlanks = false)
    {
        var lines = new ConfigLines(file.Utf8);
        ReadOnlySpan<byte> line = Next(ref lines, out number);
        Next(ref lines, out int second);
        return second == 0
            ? keepBlanks ? line : line.Trim(Blanks)
            : throw new AutoRegisterException(
                error, $"{file.Name}:{second}: the file must hold one {thing}, and this is a second line.", "Leave one line.", file.At(second).ToString());
    }

    private static ReadOnlySpan<byte> Next(scoped ref ConfigLines lines, out int number)
    {
        while (lines.MoveNext())
        {
            if (!lines.Current.Trim(Blanks).IsEmpty)
            {
                number = lines.Number;
                return lines.Current;
            }
        }

        number = 0;
        return default;
    }
}

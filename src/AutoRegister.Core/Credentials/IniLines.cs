namespace AutoRegister.Core.Credentials;

/// <summary>
/// What aktualizr-lite's reader (Boost.PropertyTree <c>read_ini</c>) makes of a line: a section, an assignment, a comment or
/// nothing. TOML that spreads a value over several lines is no INI.
/// </summary>
internal static class IniLines
{
    /// <summary>Finds the first line that is neither section, assignment, comment nor blank.</summary>
    /// <returns>The line's number, counted from 1; 0 when all can be read.</returns>
    internal static int FirstUnreadable(string text)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = raw.Trim();
            if (!line.IsEmpty && line[0] is not ('#' or ';') && !IsSection(line) && !IsAssignment(line))
            {
                return number;
            }
        }

        return 0;
    }

    private static bool IsSection(ReadOnlySpan<char> line) =>
        line[0] == '[' && line.IndexOf(']') == line.Length - 1 && line.Length > 2 && line.LastIndexOf('[') == 0;

    private static bool IsAssignment(ReadOnlySpan<char> line)
    {
        int equals = line.IndexOf('=');
        if (equals < 1)
        {
            return false;
        }

        ReadOnlySpan<char> value = line[(equals + 1)..].Trim();
        return !value.IsEmpty && value[0] is not ('[' or '{') && !value.StartsWith("\"\"\"") && !value.StartsWith("'''");
    }
}

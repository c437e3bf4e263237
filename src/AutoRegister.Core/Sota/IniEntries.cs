namespace AutoRegister.Core.Sota;

/// <summary>
/// A document as aktualizr-lite reads it: Boost.PropertyTree's <c>read_ini</c>, line by line, and then the quotes taken off both ends of
/// a value (<c>Utils::stripQuotes</c>). It knows no escapes and no comment behind a value, and a name that comes twice is fatal.
/// </summary>
internal static class IniEntries
{
    /// <summary>Reads a document.</summary>
    /// <param name="problem">Where the reader gives up, and why; empty when it does not.</param>
    /// <returns>Values by section and key; <see langword="null"/> when the reader gives up.</returns>
    internal static Dictionary<(string Section, string Key), string>? TryRead(string text, out string problem)
    {
        var found = new Dictionary<(string Section, string Key), string>();
        var sections = new HashSet<string>(StringComparer.Ordinal);
        string section = string.Empty;
        int number = 0;

        // read_ini breaks lines at LF alone; what is left of CR LF is trimmed.
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            number++;
            ReadOnlySpan<char> line = text.AsSpan(range).Trim();
            if (line.IsEmpty || line[0] is '#' or ';')
            {
                continue;
            }

            string? wrong;
            if (line[0] == '[')
            {
                int end = line.IndexOf(']');
                section = end < 0 ? string.Empty : line[1..end].Trim().ToString();
                wrong = end < 0 ? "has no ']'" : sections.Add(section) ? null : "begins a section that was there before";
            }
            else
            {
                int equals = line.IndexOf('=');
                wrong = equals < 0 ? "has no '='"
                    : equals == 0 ? "has nothing before its '='"
                    : found.TryAdd((section, line[..equals].Trim().ToString()), line[(equals + 1)..].Trim().Trim('"').ToString()) ? null
                    : "has a key that was there before";
            }

            if (wrong is not null)
            {
                problem = $"line {number} {wrong}: the OTA client reads one 'key = value' a line";
                return null;
            }
        }

        problem = string.Empty;
        return found;
    }
}

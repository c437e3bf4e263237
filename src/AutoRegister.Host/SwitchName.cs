namespace AutoRegister.Host;

/// <summary>A parameter of the host: its full name, and the shortest prefix pwsh takes for it.</summary>
internal readonly record struct SwitchName(string Full, string Shortest)
{
    /// <summary>Whether <paramref name="typed"/>, without its dashes, means this parameter.</summary>
    public bool Matches(string typed) =>
        typed.Length >= Shortest.Length && Full.StartsWith(typed, StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes the dashes off, one or two; null when there is none and the argument is no parameter.</summary>
    public static string? WithoutDashes(string argument)
    {
        var text = argument.Trim();
        if (text.Length < 2 || !IsDash(text[0]))
        {
            return null;
        }

        return text[1] == text[0] ? text[2..] : text[1..];
    }

    /// <summary>The engine's idea of a dash: what word processors turn a hyphen into is one too.</summary>
    public static bool IsDash(char character) => character is '-' or '\u2013' or '\u2014' or '\u2015';
}

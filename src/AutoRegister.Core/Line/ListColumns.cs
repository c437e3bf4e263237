using AutoRegister.Core.Base;

namespace AutoRegister.Core.Line;

/// <summary>
/// Which column of a device list was meant by a name that is no column. What is misspelt would be missing from every device, without a
/// word; what is a person's own column must not be taken for a mistake.
/// </summary>
public static class ListColumns
{
    // Among four letters one that is another makes another word: Tab is no Tag, and Game no Name.
    private const int Short = 4;
    private const int Long = 8;

    /// <summary>Finds the known column that a name is a slip of the fingers away from.</summary>
    /// <param name="name">The name; blanks, case and signs do not matter.</param>
    /// <param name="known">The columns there are, none of which has this name.</param>
    /// <returns>The nearest; <see langword="null"/> where none is near.</returns>
    public static string? Near(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        string typed = Letters(name);
        return known
            .Select(column => (Column: column, Slips: Slips(typed, Letters(column))))
            .Where(match => match.Slips is not null)
            .OrderBy(match => match.Slips)
            .Select(match => match.Column)
            .FirstOrDefault();
    }

    /// <summary>How many slips there are between two words; nothing when they are more than somebody makes.</summary>
    private static int? Slips(string typed, string column)
    {
        if (typed.Length == 0 || (column.Length <= Short && typed[0] != column[0]))
        {
            return null;
        }

        bool isMiddling = column.Length is > Short and < Long;
        int slips = EditDistance.Between(typed, column, exchanged: isMiddling ? 1 : 2);
        return slips <= (column.Length < Long ? 1 : 2) ? slips : null;
    }

    private static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}

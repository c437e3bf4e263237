namespace AutoRegister.Core.Base;

/// <summary>Which known name somebody most likely meant by one that is not known.</summary>
internal static class NearestName
{
    // Two slips of the finger; in a short name two letters are half of it.
    private const int Slips = 2;
    private const int ShortName = 5;

    // More than any name has letters.
    private const int Weight = 1000;

    // Less than "PIN" is part of too much.
    private const int ShortestPart = 3;

    /// <summary>Finds the known names that are nearest, and near enough to be meant.</summary>
    /// <param name="name">The name as it is written.</param>
    /// <param name="known">The names there are.</param>
    /// <returns>The nearest ones, several where they are equally near; none where nothing is near.</returns>
    public static IReadOnlyList<string> Of(string name, IReadOnlyCollection<string> known)
    {
        (string Name, int Distance)[] near = [.. known.Select(one => (one, Distance(Plain(name), Plain(one)))).Where(pair => pair.Item2 is not null).Select(pair => (pair.one, pair.Item2!.Value))];
        return near.Length == 0 ? [] : [.. near.Where(pair => pair.Distance == near.Min(other => other.Distance)).Select(pair => pair.Name)];
    }

    /// <summary>Names, for a sentence.</summary>
    /// <param name="last">What stands before the last.</param>
    /// <returns>For example <c>a, b and c</c>.</returns>
    public static string Words(IReadOnlyCollection<string> names, string last = "and") => names.Count < 2
        ? string.Concat(names)
        : $"{string.Join(", ", names.Take(names.Count - 1))} {last} {names.Last()}";

    // Case and separators are what is mixed up most.
    private static string Plain(string name) => name.ToUpperInvariant().Replace("_", string.Empty, StringComparison.Ordinal).Replace("-", string.Empty, StringComparison.Ordinal);

    private static int? Distance(string name, string known)
    {
        int allowed = Math.Min(name.Length, known.Length) < ShortName ? 1 : Slips;
        int slips = EditDistance.Between(name, known);
        bool isPart = name.Length >= ShortestPart && (known.EndsWith(name, StringComparison.Ordinal) || name.StartsWith(known, StringComparison.Ordinal));

        // A part of a name counts as one slip, and of several that have it the shortest comes first.
        return isPart ? Weight + slips : slips <= allowed ? (Weight * slips) + slips : null;
    }
}

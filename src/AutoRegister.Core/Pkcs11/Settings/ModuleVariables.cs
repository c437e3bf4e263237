using System.Collections;

namespace AutoRegister.Core.Pkcs11.Settings;

/// <summary>The variables that modules read (<see cref="ModuleEnvironment.IsRead"/>), as they were at one moment. Never changes.</summary>
internal sealed class ModuleVariables : IEquatable<ModuleVariables>
{
    private readonly SortedDictionary<string, string> values = new(StringComparer.Ordinal);

    private ModuleVariables()
    {
    }

    /// <summary>What this session has now.</summary>
    public static ModuleVariables Current()
    {
        var found = new ModuleVariables();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry is { Key: string name, Value: string value } && ModuleEnvironment.IsRead(name))
            {
                found.values.Add(name, value);
            }
        }

        return found;
    }

    /// <summary>The names, in order.</summary>
    public IReadOnlyCollection<string> Names => values.Keys;

    /// <summary>The value of a variable; <see langword="null"/> where it is not set.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);

    /// <summary>What became of the variables since.</summary>
    /// <returns>A part of a sentence, without what may be a secret; <see langword="null"/> where all are as they were.</returns>
    public string? Difference(ModuleVariables before)
    {
        string[] changes = [.. Names.Union(before.Names).Order(StringComparer.Ordinal).Where(name => this[name] != before[name]).Select(name =>
            (before[name], this[name]) switch
            {
                (string old, null) => $"{ModuleEnvironment.Show(name, old)} was removed",
                (null, string added) => $"{ModuleEnvironment.Show(name, added)} was set",
                var (old, changed) => $"{ModuleEnvironment.Show(name, old!)} became {ModuleEnvironment.Show(name, changed!)}",
            })];
        return changes.Length == 0 ? null : string.Join(", and before ", changes);
    }

    /// <inheritdoc/>
    public bool Equals(ModuleVariables? other) => other is not null && values.SequenceEqual(other.values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ModuleVariables);

    /// <inheritdoc/>
    public override int GetHashCode() => values.Count;
}

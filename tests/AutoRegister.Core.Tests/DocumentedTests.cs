using System.Reflection;
using System.Text.RegularExpressions;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests;

/// <summary>The tests that the last column of a table in <c>docs</c> names, and whether they exist.</summary>
internal static partial class DocumentedTests
{
    private static readonly string Tests = Path.GetFullPath(Path.Join(RequestCase.Folder, "..", ".."));

    /// <summary>The rows of a document's tables, cell by cell.</summary>
    internal static IEnumerable<string[]> Rows(string document) => File.ReadLines(Path.Join(Tests, "..", "docs", document))
        .Where(line => line.StartsWith('|') && !line.StartsWith("|---", StringComparison.Ordinal))
        .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray());

    /// <summary>Fails when a row names no test, or one that does not exist.</summary>
    internal static void RequireThatTheyExist(string[] row)
    {
        string[] named = [.. Code().Matches(row[^1]).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(Exists(name), $"{row[0]}: there is no test '{name}'"));
    }

    private static bool Exists(string name)
    {
        if (name.StartsWith("requests/", StringComparison.Ordinal))
        {
            return File.Exists(Path.Join(Tests, "data", name + ".json"));
        }

        const string Soak = "./build.sh soak ";
        if (name.StartsWith(Soak, StringComparison.Ordinal))
        {
            return File.ReadAllText(Path.Join(Tests, "..", "tools", "Soak.ps1")).Contains($"'{name[Soak.Length..]}' {{", StringComparison.Ordinal);
        }

        int colon = name.IndexOf(": ", StringComparison.Ordinal);
        if (colon > 0)
        {
            string file = Path.Join(Tests, name[..colon]);
            return File.Exists(file) && File.ReadAllText(file).Contains(name[(colon + 2)..], StringComparison.Ordinal);
        }

        string[] parts = name.Split('.');
        return Assembly.GetExecutingAssembly().GetTypes().Any(type => type.Name == parts[0]
            && (parts.Length == 1 || type.GetMethod(parts[1])?.GetCustomAttribute<FactAttribute>() is not null));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}

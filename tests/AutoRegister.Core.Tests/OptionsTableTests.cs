using System.Reflection;
using System.Text.RegularExpressions;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests;

/// <summary><c>docs/options.md</c> is complete, and every test it names exists.</summary>
public sealed partial class OptionsTableTests
{
    private static readonly string[] Upstream =
    [
        "--help", "--use-ostree-server", "--production", "--start-daemon", "--sota-dir", "--device-group", "--factory", "--hsm-so-pin",
        "--mlock-all", "--validate-uuid", "--hwid", "--tags", "--api-token", "--hsm-module", "--hsm-pin", "--uuid", "--name",
        "--api-token-header", "--force", "--apps", "--restorable-apps", "TOKEN_FILE", "APPS", "USE_HOSTNAME", "DEVICE_FACTORY",
        "PRODUCTION", "DEVICE_API", "OAUTH_BASE",
    ];

    private static readonly string Tests = Path.GetFullPath(Path.Join(RequestCase.Folder, "..", ".."));

    private static IEnumerable<string[]> Rows => File.ReadLines(Path.Join(Tests, "..", "docs", "options.md"))
        .Where(line => line.StartsWith('|') && !line.StartsWith("|---", StringComparison.Ordinal))
        .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray());

    [Fact]
    public void NoCellIsEmpty() => Assert.All(Rows, row =>
    {
        Assert.Equal(4, row.Length);
        Assert.DoesNotContain(string.Empty, row);
    });

    [Fact]
    public void EveryOptionAndVariableOfUpstreamHasItsRow() => Assert.All(
        Upstream, option => Assert.Contains(Rows, row => Regex.IsMatch(row[0], $@"^`(-\w )?{option}`")));

    [Fact]
    public void EveryTestThatIsNamedExists() => Assert.All(Rows.Where(row => row[3] != "proof"), row =>
    {
        string[] named = [.. Code().Matches(row[3]).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(Exists(name), $"{row[0]}: there is no test '{name}'"));
    });

    private static bool Exists(string name)
    {
        if (name.StartsWith("requests/", StringComparison.Ordinal))
        {
            return File.Exists(Path.Join(Tests, "data", name + ".json"));
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

using System.Text.RegularExpressions;
using Xunit;

namespace AutoRegister.Core.Tests;

/// <summary><c>docs/options.md</c> is complete, and every test it names exists.</summary>
public sealed class OptionsTableTests
{
    private static readonly string[] Upstream =
    [
        "--help", "--use-ostree-server", "--production", "--start-daemon", "--sota-dir", "--device-group", "--factory", "--hsm-so-pin",
        "--mlock-all", "--validate-uuid", "--hwid", "--tags", "--api-token", "--hsm-module", "--hsm-pin", "--uuid", "--name",
        "--api-token-header", "--force", "--apps", "--restorable-apps", "TOKEN_FILE", "APPS", "USE_HOSTNAME", "DEVICE_FACTORY",
        "PRODUCTION", "DEVICE_API", "OAUTH_BASE",
    ];

    private static IEnumerable<string[]> Rows => DocumentedTests.Rows("options.md");

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
    public void EveryTestThatIsNamedExists() => Assert.All(Rows.Where(row => row[3] != "proof"), DocumentedTests.RequireThatTheyExist);
}

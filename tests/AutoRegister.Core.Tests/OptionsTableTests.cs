using System.Text.RegularExpressions;
using AutoRegister.Core.Configuration;
using Xunit;

namespace AutoRegister.Core.Tests;

/// <summary><c>docs/options.md</c> is complete, and every test it names exists.</summary>
public sealed class OptionsTableTests
{
    // What upstream takes and is no setting of a device.
    private static readonly string[] NoSettings = ["--help", "--start-daemon", "--mlock-all", "--force"];

    private static IEnumerable<string[]> Rows => DocumentedTests.Rows("options.md");

    [Fact]
    public void NoCellIsEmpty() => Assert.All(Rows, row =>
    {
        Assert.Equal(4, row.Length);
        Assert.DoesNotContain(string.Empty, row);
    });

    [Fact]
    public void EveryOptionAndVariableOfUpstreamHasItsRow() => Assert.All(
        [.. NoSettings, .. SettingCatalogue.All.SelectMany(setting => new[] { setting.Option is null ? null : $"--{setting.Option}", setting.Variable }).OfType<string>()],
        name => Assert.Contains(Rows, row => IsOf(row, name)));

    [Fact]
    public void EveryOptionOfASettingNamesItsParameter() => Assert.All(
        SettingCatalogue.All.Where(setting => setting.Option is not null),
        setting => Assert.Contains(Rows, row => IsOf(row, $"--{setting.Option}") && Regex.IsMatch(row[2], $@"Get-SotaConfig -{setting.Parameter ?? setting.OffSwitch}\b")));

    [Fact]
    public void EveryOtherParameterOfASettingIsNamed() => Assert.All(
        SettingCatalogue.All.Where(setting => setting.Option is null && setting.Parameter is not null),
        setting => Assert.Contains(Rows, row => string.Join(' ', row).Contains($"Get-SotaConfig -{setting.Parameter}", StringComparison.Ordinal)));

    [Fact]
    public void EveryTestThatIsNamedExists() => Assert.All(Rows.Where(row => row[3] != "proof"), DocumentedTests.RequireThatTheyExist);

    private static bool IsOf(string[] row, string name) => Regex.IsMatch(row[0], $@"^`(-\w )?{name}`");
}

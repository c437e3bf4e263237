using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Errors;

/// <summary>The sort of an error is its exit code, and so whether systemd starts the unit again: it never changes by accident.</summary>
public sealed partial class FailureSortTests
{
    private static readonly string Repository = Path.GetFullPath(Path.Join(RequestCase.Folder, "..", "..", ".."));

    private static readonly Dictionary<FailureSort, int> ExitCodes = new()
    {
        [FailureSort.TryAgain] = 75, [FailureSort.Refused] = 77, [FailureSort.Configuration] = 78, [FailureSort.NeedsPerson] = 70,
    };

    public static TheoryData<ErrorId> All => [.. Enum.GetValues<ErrorId>()];

    /// <summary>Of the ids of PINs: each try costs one of those that the token allows.</summary>
    public static TheoryData<ErrorId> Pins => [.. Enum.GetValues<ErrorId>().Where(id => id.ToString().StartsWith("HsmPin", StringComparison.Ordinal) || id.ToString().StartsWith("HsmSoPin", StringComparison.Ordinal))];

    [Fact]
    public void EveryErrorHasARowOfItsOwn()
    {
        string table = File.ReadAllText(Path.Join(Repository, "src", "AutoRegister.Core", "Errors", "ErrorTable.cs"));
        string[] rows = [.. Row().Matches(table).Select(row => row.Groups[1].Value)];
        Assert.Equal(Enum.GetNames<ErrorId>().Order(), rows.Order());
        Assert.DoesNotContain("_ =>", table, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void TheManualSaysTheSortAndTheExitCodeOfEveryError(ErrorId id)
    {
        string manual = File.ReadAllText(Path.Join(Repository, "docs", "en-US", "about_AutoRegister_Errors.md"));
        Match section = Regex.Match(manual, $@"(?s)\n### {id}\n(?:(?!### ).)+?\nSort: (\w+) \((\d+)\)\.\n");
        FailureSort sort = new AutoRegisterException(id, "x").Sort;
        Assert.Equal((sort.ToString(), $"{ExitCodes[sort]}"), (section.Groups[1].Value, section.Groups[2].Value));
    }

    [Theory]
    [InlineData(ErrorId.HsmModuleUnusable)]
    [InlineData(ErrorId.HsmTokenNotFound)]
    [InlineData(ErrorId.HsmTokenUnusable)]
    [InlineData(ErrorId.HsmFailure)]
    public void ATokenWhoseServiceMayNotBeUpYetIsWaitedFor(ErrorId id) => Assert.Equal(FailureSort.TryAgain, id.SortOf());

    [Theory]
    [MemberData(nameof(Pins))]
    public void APinIsNeverTriedAgainByItself(ErrorId id) => Assert.NotEqual(FailureSort.TryAgain, id.SortOf());

    [Fact]
    public void ANumberThatIsNoIdHasNoSort() => Assert.Throws<SwitchExpressionException>(() => ((ErrorId)int.MaxValue).SortOf());

    [GeneratedRegex(@"^ +ErrorId\.(\w+) => new\(FailureSort\.\w+, FailureCategory\.\w+, """, RegexOptions.Multiline)]
    private static partial Regex Row();
}

using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Errors;

public sealed class RemedyTests
{
    // What is written in src, but for the table itself and the comments of documentation.
    private static readonly string[] Sources = [.. Directory.EnumerateFiles(Path.GetFullPath(Path.Join(RequestCase.Folder, "..", "..", "..", "src")), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && Path.GetFileName(file) is not ("ErrorId.cs" or "ErrorTable.cs"))
        .Select(file => string.Join('\n', File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("///", StringComparison.Ordinal))))];

    public static TheoryData<ErrorId> Ids => [.. Enum.GetValues<ErrorId>()];

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryErrorHasARemedyEvenWhenNobodyGaveOne(ErrorId id) =>
        Assert.NotEmpty(new AutoRegisterException(id, "what").RecommendedAction);

    [Fact]
    public void ARemedyThatWasGivenWins() =>
        Assert.Equal("this.", new AutoRegisterException(ErrorId.WriteFailed, "what", "this.").RecommendedAction);

    [Theory]
    [MemberData(nameof(Ids))]
    public void AnIdThatNothingThrowsIsNone(ErrorId id) =>
        Assert.Contains(Sources, source => source.Contains($"ErrorId.{id}", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Ids))]
    public void ARemedyIsWrittenInTheTableAlone(ErrorId id) =>
        Assert.DoesNotContain(Sources, source => source.Contains($"\"{id.RemedyOf()}\"", StringComparison.Ordinal));
}

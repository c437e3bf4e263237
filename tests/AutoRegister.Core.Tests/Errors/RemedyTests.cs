using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Errors;

public sealed class RemedyTests
{
    public static TheoryData<ErrorId> Ids => [.. Enum.GetValues<ErrorId>()];

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryErrorHasARemedyEvenWhenNobodyGaveOne(ErrorId id) =>
        Assert.NotEmpty(new AutoRegisterException(id, "what").RecommendedAction);

    [Fact]
    public void ARemedyThatWasGivenWins() =>
        Assert.Equal("this.", new AutoRegisterException(ErrorId.WriteFailed, "what", "this.").RecommendedAction);
}

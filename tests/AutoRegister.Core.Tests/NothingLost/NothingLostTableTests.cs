using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>Every test that <c>docs/nothing-lost.md</c> names exists.</summary>
public sealed class NothingLostTableTests
{
    [Fact]
    public void EveryTestThatIsNamedExists()
    {
        string[][] rows = [.. DocumentedTests.Rows("nothing-lost.md").Skip(1)];
        Assert.InRange(rows.Length, 20, 99);
        Assert.All(rows, DocumentedTests.RequireThatTheyExist);
    }
}

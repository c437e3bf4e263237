using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests;

/// <summary><c>docs/documentation-page.md</c>: every sentence has its test, and the page's warning is passed on.</summary>
public sealed class DocumentationPageTests
{
    private static readonly string Top = Path.GetFullPath(Path.Join(RequestCase.Folder, "..", "..", ".."));

    [Fact]
    public void EveryTestThatIsNamedExists()
    {
        string[][] rows = [.. DocumentedTests.Rows("documentation-page.md").Where(row => row[^1] != "shown by")];
        Assert.NotEmpty(rows);
        Assert.All(rows, DocumentedTests.RequireThatTheyExist);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/first-boot.md")]
    [InlineData("module/yocto/meta-autoregister/README.md")]
    public void TheWarningStandsWhereTokensAreExplained(string file)
    {
        string text = string.Join(' ', File.ReadAllText(Path.Join(Top, file)).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("API token on a device is for development", text, StringComparison.Ordinal);
        Assert.Contains("factory line", text, StringComparison.Ordinal);
    }
}

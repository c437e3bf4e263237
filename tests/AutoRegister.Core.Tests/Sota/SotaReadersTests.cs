using AutoRegister.Core.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>The two readers beside each other: what both take for the same, and what one of them takes for something else.</summary>
public sealed class SotaReadersTests
{
    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("# [comment")]
    [InlineData("  # comment")]
    [InlineData("[a]")]
    [InlineData("  [section]  ")]
    [InlineData("a=1")]
    [InlineData("a = \"text\"")]
    [InlineData("a = \"\"")]
    [InlineData("a = true")]
    [InlineData("a = \"b = c\"\r")]
    [InlineData("a = \"one # no comment ; and no other\"")]
    public void Both_read_the_same(string line) => Assert.Null(SotaReaders.Difference("[tls]\n" + line + "\n[end]\nx = 1\n"));

    [Theory]
    [InlineData("; an INI comment", "no TOML")]
    [InlineData("[]", "no TOML")]
    [InlineData("[a", "no TOML")]
    [InlineData("word", "no TOML")]
    [InlineData("= 1", "no TOML")]
    [InlineData("a =", "no TOML")]
    [InlineData("[[a]]", "line 2")]
    [InlineData("[a.b]", "line 2")]
    [InlineData("[\"a\"]", "line 3")]
    [InlineData("[a] # comment", null)]
    [InlineData("a = 'literal'", "line 2")]
    [InlineData("a = \"text\" # comment", "line 2")]
    [InlineData("a = \"esc\\u0061pe\"", "line 2")]
    [InlineData("a = 1_000", "line 2")]
    [InlineData("a = 0x10", "line 2")]
    [InlineData("a = [1]", "line 2")]
    [InlineData("a = [\n  1,\n]", "line 3 has no '='")]
    [InlineData("a = { b = 1 }", "line 2")]
    [InlineData("a = \"\"\"text\"\"\"", null)]
    [InlineData("a = \"\"\"\ntext\"\"\"", "line 3 has no '='")]
    [InlineData("a = 1.5", "line 2")]
    [InlineData("a = 1979-05-27", "line 2")]
    [InlineData("\"a\" = 1", "line 2")]
    [InlineData("a.b = 1", "line 2")]
    [InlineData("a = 1\n\"a\" = 2", "no TOML")]
    [InlineData("a = 1\na = 2", "no TOML")]
    [InlineData("[tls]", "no TOML")]
    public void What_one_reads_otherwise_is_found(string line, string? words)
    {
        string? difference = SotaReaders.Difference("[tls]\n" + line + "\nend = 1\n");
        if (words is null)
        {
            Assert.Null(difference);
        }
        else
        {
            Assert.Contains(words, difference, StringComparison.Ordinal);
        }
    }
}

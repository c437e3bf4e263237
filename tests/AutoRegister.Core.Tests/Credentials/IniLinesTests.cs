using AutoRegister.Core.Credentials;
using Xunit;

namespace AutoRegister.Core.Tests.Credentials;

/// <summary>Lines that the OTA client's INI reader can use, and lines that it cannot.</summary>
public sealed class IniLinesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("# [comment")]
    [InlineData("; comment")]
    [InlineData("  # comment")]
    [InlineData("[a]")]
    [InlineData("  [section]  ")]
    [InlineData("a=1")]
    [InlineData("a = \"text\"")]
    [InlineData("a = \"\"")]
    [InlineData("a = 'b'")]
    [InlineData("a = b = c")]
    public void It_reads(string line) => Assert.Equal(0, IniLines.FirstUnreadable("[tls]\n" + line + "\n[end]\n"));

    [Theory]
    [InlineData("[]")]
    [InlineData("[a")]
    [InlineData("a]")]
    [InlineData("[a] b")]
    [InlineData("[[a]]")]
    [InlineData("[[a]")]
    [InlineData("[a]]")]
    [InlineData("word")]
    [InlineData("= 1")]
    [InlineData("a =")]
    [InlineData("a =   ")]
    [InlineData("a = [1]")]
    [InlineData("a = { b = 1 }")]
    [InlineData("a = \"\"\"text")]
    [InlineData("a = '''text")]
    public void It_does_not_read(string line) => Assert.Equal(2, IniLines.FirstUnreadable("[tls]\n" + line + "\nnor this\n"));

    [Fact]
    public void The_first_line_is_line_one() => Assert.Equal(1, IniLines.FirstUnreadable("word"));
}

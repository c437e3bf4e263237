using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Base;

/// <summary>Words from outside leave as one line that neither a terminal nor the journal takes for a command.</summary>
public sealed class PrintableTests
{
    [Theory]
    [InlineData("two\nlines", "two lines")]
    [InlineData("\r\n<0>emergency", "  <0>emergency")]
    [InlineData("\u001b[31mred\u001b[0m", " [31mred [0m")]
    [InlineData("bell\a, nul\0", "bell , nul ")]
    [InlineData("C1 \u009b2J and \u0085next", "C1  2J and  next")]
    [InlineData("lre \u202aand rlo \u202egnp.exe", "lre  and rlo  gnp.exe")]
    [InlineData("isolates \u2066a\u2069", "isolates  a ")]
    [InlineData("zero\u200bwidth, mark\u200f", "zero width, mark ")]
    [InlineData("separators \u2028and\u2029", "separators  and ")]
    [InlineData("bom \ufeff, tag \U000e0041", "bom  , tag  ")]
    [InlineData("soft\u00adhyphen", "soft hyphen")]
    public void WhatIsHarmfulBecomesABlank(string text, string shown) => Assert.Equal(shown, Printable.Line(text));

    [Theory]
    [InlineData("two  blanks in '/a  b' stay")]
    [InlineData("Gerät 7, 机器, 🚀, no-break\u00a0space")]
    [InlineData("")]
    public void AllElseStaysAsItIs(string text) => Assert.Same(text, Printable.Line(text));

    [Fact]
    public void AnErrorAndItsCausesAreClean()
    {
        const string Dirty = "x\n<0>\u001b[2J\u202e";
        var error = new AutoRegisterException(ErrorId.ServerUnexpected, Dirty, Dirty, null, new InvalidOperationException("clean", new IOException(Dirty)));
        Assert.DoesNotContain('\u001b', error.ToString());
        Assert.DoesNotContain('\u202e', error.RecommendedAction);
        for (Exception? one = error; one is not null; one = one.InnerException)
        {
            Assert.DoesNotContain('\n', one.Message);
        }

        Assert.Contains("System.InvalidOperationException: clean", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("System.IO.IOException: x", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ACauseThatIsCleanStaysWhatItIs()
    {
        var cause = new IOException("disk full");
        Assert.Same(cause, new AutoRegisterException(ErrorId.WriteFailed, "x", innerException: cause).InnerException);
    }
}

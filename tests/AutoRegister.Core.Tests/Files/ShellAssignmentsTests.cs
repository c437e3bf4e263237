using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>The grammar of the hsm file, line by line.</summary>
public sealed class ShellAssignmentsTests
{
    [Theory]
    [InlineData("HSM_PIN=1234", "1234")]
    [InlineData("  HSM_PIN=1234  ", "1234")]
    [InlineData("export HSM_PIN=1234", "1234")]
    [InlineData("\texport\tHSM_PIN='1234'", "1234")]
    [InlineData("HSM_PIN=1234\nexport HSM_PIN", "1234")]
    [InlineData("HSM_PIN='a $b `c` \\d \"e\"'", "a $b `c` \\d \"e\"")]
    [InlineData("HSM_PIN=\"a 'b' \\\\ \\\" \\$ \\` \\n\"", "a 'b' \\ \" $ ` \\n")]
    [InlineData("HSM_PIN=a\\ b\\'c\\\\", "a b'c\\")]
    [InlineData("HSM_PIN='a'\"b\"c\\d", "abcd")]
    [InlineData("HSM_PIN=1 # comment", "1")]
    [InlineData("HSM_PIN=1#2", "1#2")]
    [InlineData("HSM_PIN=1;", "1")]
    [InlineData("A=1; HSM_PIN=2", "2")]
    [InlineData("A=1 HSM_PIN=2", "2")]
    [InlineData("HSM_PIN=1\nHSM_PIN=2", "2")]
    [InlineData("HSM_PIN=1\r\n", "1")]
    [InlineData("# x\n\n\t\nHSM_PIN=1", "1")]
    [InlineData("HSM_PIN=a*b?c[d]{e}~", "a*b?c[d]{e}~")]
    [InlineData("HSM_PIN=", "")]
    [InlineData("HSM_PIN=''", "")]
    [InlineData("HSM_PIN=a=b", "a=b")]
    [InlineData("\uFEFFHSM_PIN=1", "1")]
    public void A_plain_assignment_means_what_sh_makes_of_it(string text, string value)
    {
        using ShellAssignments assignments = Parse(text);
        Assert.Equal(value, Encoding.UTF8.GetString(assignments.Find("HSM_PIN")!.Value.Utf8));
    }

    [Theory]
    [InlineData("HSM_PIN=$(touch /tmp/x)")]
    [InlineData("HSM_PIN=\"$(id)\"")]
    [InlineData("HSM_PIN=`id`")]
    [InlineData("HSM_PIN=\"`id`\"")]
    [InlineData("HSM_PIN=$HOME")]
    [InlineData("HSM_PIN=\"${HOME}\"")]
    [InlineData("HSM_PIN=$'1\\t2'")]
    [InlineData("HSM_PIN=1 && touch /tmp/x")]
    [InlineData("HSM_PIN=1|cat")]
    [InlineData("HSM_PIN=1>file")]
    [InlineData("HSM_PIN=1&")]
    [InlineData("HSM_PIN=(1 2)")]
    [InlineData("HSM_PIN+=1")]
    [InlineData("HSM_PIN[0]=1")]
    [InlineData("HSM_PIN = 1234")]
    [InlineData("HSM_PIN= 1234")]
    [InlineData("HSM_PIN =1234")]
    [InlineData("HSM_PIN=12 34")]
    [InlineData("HSM_PIN='1234")]
    [InlineData("HSM_PIN=\"1234")]
    [InlineData("HSM_PIN='12\n34'")]
    [InlineData("HSM_PIN=12\\\n34")]
    [InlineData("HSM_PIN=12\\")]
    [InlineData("HSM_PIN=~/pin")]
    [InlineData("HSM_PIN=a:~/pin")]
    [InlineData("export HSM_PIN=12*4")]
    [InlineData("HSM_PIN=1;;")]
    [InlineData("; HSM_PIN=1")]
    [InlineData("export")]
    [InlineData("export -p")]
    [InlineData("A=1 export HSM_PIN=1234")]
    [InlineData("touch /tmp/x")]
    [InlineData(". /etc/other")]
    [InlineData("f() { :; }")]
    [InlineData("if true; then HSM_PIN=1; fi")]
    [InlineData("2HSM=1")]
    [InlineData("1234")]
    [InlineData("=1234")]
    public void Anything_else_is_refused_with_its_line_and_without_its_value(string text)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Parse("# comment\n" + text + "\n"));
        Assert.Equal(ErrorId.HsmFileInvalid, error.Id);
        Assert.StartsWith("/etc/sota/hsm:2", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("34", error.ToString().Split(" at ")[0], StringComparison.Ordinal);
    }

    private static ShellAssignments Parse(string text)
    {
        using var file = ConfigFile.FromBytes("/etc/sota/hsm", Encoding.UTF8.GetBytes(text));
        return ShellAssignments.Parse(file);
    }
}

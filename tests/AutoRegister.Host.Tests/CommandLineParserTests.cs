namespace AutoRegister.Host.Tests;

public sealed class CommandLineParserTests
{
    [Theory]
    [InlineData("-NoProfile", "-NonInteractive", "-NoLogo", "-Command")]
    [InlineData("-nop", "-noni", "-nol", "-c")]
    [InlineData("--noprofile", "--NONINTERACTIVE", "--nologo", "--command")]
    [InlineData("-NoProf", "-NonInter", "-NoLog", "-Comm")]
    [InlineData("-ExecutionPolicy", "Bypass", "-noni", "-c")]
    [InlineData("-ep", "unrestricted", "-noni", "-c")]
    public void Names_are_taken_short_long_and_in_any_case(params string[] start)
    {
        var line = CommandLineParser.Parse([.. start, "exit", "0"]);

        Assert.Equal(RunMode.Command, line.Mode);
        Assert.Equal("exit 0", line.ScriptText);
        Assert.True(line.NonInteractive);
    }

    [Fact]
    public void A_file_takes_everything_after_it()
    {
        var file = typeof(CommandLineParserTests).Assembly.Location;
        var line = CommandLineParser.Parse(["-nop", file, "-Command", "x"]);

        Assert.Equal(RunMode.File, line.Mode);
        Assert.Equal(file, line.ScriptPath);
        Assert.Equal(["-Command", "x"], line.Arguments);
    }

    [Fact]
    public void A_command_can_have_arguments()
    {
        var line = CommandLineParser.Parse(["-cwa", "$args", "a b", "-c"]);

        Assert.Equal("$args", line.ScriptText);
        Assert.Equal(["a b", "-c"], line.Arguments);
    }

    [Theory]
    [InlineData("-Version", RunMode.Version)]
    [InlineData("-v", RunMode.Version)]
    [InlineData("-Help", RunMode.Help)]
    [InlineData("-h", RunMode.Help)]
    [InlineData("-?", RunMode.Help)]
    [InlineData("--help", RunMode.Help)]
    internal void Questions_are_answered(string argument, RunMode expected) =>
        Assert.Equal(expected, CommandLineParser.Parse([argument, "-nonsense"]).Mode);

    [Theory]
    [InlineData("-no")]
    [InlineData("-NoExit")]
    [InlineData("-nonsense")]
    [InlineData("-Command")]
    [InlineData("-File")]
    [InlineData("-File", "/nowhere/script.ps1")]
    [InlineData("/nowhere/script.ps1")]
    [InlineData("-wd", "/nowhere", "-c", "1")]
    [InlineData("-ep", "Lax", "-c", "1")]
    [InlineData("-Command", "-", "x")]
    [InlineData("-NoProfile")]
    [InlineData]
    public void Anything_else_is_refused(params string[] arguments) =>
        Assert.Throws<CommandLineException>(() => CommandLineParser.Parse(arguments));

    [Fact]
    public void What_a_script_gets_is_never_printed() =>
        Assert.DoesNotContain("secret", CommandLineParser.Parse(["-cwa", "$args", "secret"]).ToString(), StringComparison.Ordinal);
}

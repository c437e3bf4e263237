namespace AutoRegister.Host.Tests;

public sealed class InputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Piped_lines_are_input_of_a_command() =>
        Assert.Equal("<a>\n<ü>\n", (await HostProcess.RunWithInput("a\nü\n", "-c", "foreach ($i in $input) { \"<$i>\" }")).Output);

    [Fact]
    public async Task Piped_lines_are_input_of_a_file()
    {
        var script = _folder.Write("script.ps1", "process { \"<$_>\" } end { $null = $input }");
        Assert.Equal("<a>\n<b>\n", (await HostProcess.RunWithInput("a\nb", script)).Output);
    }

    [Fact]
    public async Task The_script_itself_can_be_piped()
    {
        var result = await HostProcess.RunWithInput("if ($true) {\n  'yes'\n}\nexit 3", "-Command", "-");

        Assert.Equal("yes\n", result.Output);
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task A_script_that_does_not_read_does_not_wait()
    {
        using var host = HostProcess.Start("-c", "'no input'");

        // The pipe stays open all the time.
        var result = await host.End();

        Assert.Equal("no input\n", result.Output);
    }

    [Theory]
    [InlineData("$Host.UI.ReadLine()")]
    [InlineData("$Host.UI.PromptForChoice('', 'Sure?', @('&Yes', '&No'), 0)")]
    [InlineData("$Host.UI.PromptForCredential('', '', 'me', '')")]
    [InlineData("Import-Module nosuch -ErrorAction Inquire")]
    public async Task A_prompt_is_an_error(string text)
    {
        var result = await HostProcess.Command(text);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("-NonInteractive", result.Error, StringComparison.Ordinal);
    }
}

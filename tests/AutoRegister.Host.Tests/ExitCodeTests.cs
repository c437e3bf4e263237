namespace AutoRegister.Host.Tests;

/// <summary>The numbers are pwsh's. Cases that do not disturb each other share a test, and the process' start.</summary>
public sealed class ExitCodeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("exit -1", 255)]
    [InlineData("function f { exit 7 }; f; 'no'", 7)]
    [InlineData("try { exit 4 } finally { 'fin' }", 4)]
    [InlineData("try { throw 'x' } finally { exit 6 }", 6)]
    [InlineData("throw 'boom'", 1)]
    [InlineData("if (", 1)]
    [InlineData("nosuchcommand", 1)]
    [InlineData("nosuchcommand; 'ok'", 0)]
    [InlineData("/bin/false", 1)]
    [InlineData("/bin/false; 'ok'", 0)]
    [InlineData("$ErrorActionPreference = 'Stop'; nosuchcommand; exit 0", 1)]
    [InlineData("", 0)]
    public async Task A_command_ends_with(string text, int expected) =>
        Assert.Equal(expected, (await HostProcess.Command(text)).ExitCode);

    [Theory]
    [InlineData("'done'", 0)]
    [InlineData("exit 5", 5)]
    [InlineData("exit -2", 254)]
    [InlineData("function f { exit 9 }; f; exit 1", 9)]
    [InlineData("try { 1 } finally { exit 8 }", 8)]
    [InlineData("throw 'boom'", 1)]
    [InlineData("if (", 1)]
    [InlineData("begin { throw 'early' } end { exit 2 }", 1)]
    [InlineData("$ErrorActionPreference = 'Stop'; nosuchcommand; exit 0", 1)]
    [InlineData("param([Parameter(Mandatory)] $Name) exit 2", 1)]
    [InlineData("nosuchcommand", 0)]
    [InlineData("/bin/false", 0)]
    public async Task A_file_ends_with(string text, int expected) =>
        Assert.Equal(expected, (await HostProcess.Run("-NonInteractive", "-File", _folder.Write("script.ps1", text))).ExitCode);

    [Fact]
    public async Task Exit_in_a_called_script_ends_that_script_only()
    {
        _folder.Write("inner.ps1", "exit 12");
        var outer = _folder.Write("outer.ps1", "& $PSScriptRoot/inner.ps1; \"inner: $LASTEXITCODE\"");

        var result = await HostProcess.Run(outer);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("inner: 12\n", result.Output);
    }

    [Fact]
    public async Task A_file_of_another_name_is_a_script_too()
    {
        var result = await HostProcess.Run(_folder.Write("tool", "#!/usr/bin/env lmp-pwsh\n\"got $args\"; exit 3"), "a", "b");

        Assert.Equal(3, result.ExitCode);
        Assert.Equal("got a b\n", result.Output);
    }

    [Theory]
    [InlineData("-File", "/nowhere/script.ps1")]
    [InlineData("-nonsense")]
    [InlineData]
    public async Task A_bad_command_line_is_64_and_one_line(params string[] arguments)
    {
        var result = await HostProcess.Run(arguments);

        Assert.Equal(64, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Equal(1, result.Error.Count(c => c == '\n'));
    }
}

namespace AutoRegister.Host.Tests;

public sealed class ErrorTextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_uncaught_error_says_where_it_was_thrown()
    {
        var script = _folder.Write("script.ps1", "'first'\nthrow 'boom'");

        var result = await HostProcess.Run(script);

        Assert.Equal("first\n", result.Output);
        Assert.Contains($"{script}:2", result.Error, StringComparison.Ordinal);
        Assert.Contains("boom", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_cannot_be_parsed_says_where()
    {
        var script = _folder.Write("script.ps1", "'first'\nif (");

        var result = await HostProcess.Run(script);

        Assert.Empty(result.Output);
        Assert.Contains($"{script}:2", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_cannot_be_parsed_says_so() =>
        Assert.StartsWith("ParserError: ", (await HostProcess.Command("if (")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task An_error_is_shown_under_Stop_too() =>
        Assert.Contains("boom", (await HostProcess.Command("$ErrorActionPreference = 'Stop'; throw 'boom'")).Error, StringComparison.Ordinal);
}

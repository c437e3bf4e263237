namespace AutoRegister.Host.Tests;

public sealed class ScriptStartupTests : IDisposable
{
    private const string WaitsForWord =
        "$until = [DateTime]::UtcNow.AddMinutes(1); while (-not [IO.File]::Exists(\"$PSScriptRoot/word\") -and [DateTime]::UtcNow -lt $until) { [Threading.Thread]::Sleep(5) }; [IO.File]::ReadAllText(\"$PSScriptRoot/word\")";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_assembly_that_a_scripts_startup_file_names_is_called()
    {
        var script = _folder.Write("folder/script.ps1", WaitsForWord);
        File.Copy(typeof(StartupHook).Assembly.Location, _folder.PathOf("hook.dll"));
        _folder.Write("folder/script.startup", "../hook.dll\n");

        var result = await Run(script);

        Assert.Equal("called", result.Output.Trim());
        Assert.Empty(result.Error);
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData("nowhere.dll")]
    [InlineData("script.ps1")]
    [InlineData("")]
    public async Task A_startup_file_that_names_no_such_assembly_changes_nothing(string named)
    {
        var script = _folder.Write("script.ps1", "[Threading.Thread]::Sleep(200); 'ran'; exit 3");
        _folder.Write("script.startup", named);

        var result = await Run(script);

        Assert.Equal("ran", result.Output.Trim());
        Assert.Empty(result.Error);
        Assert.Equal(3, result.ExitCode);
    }

    private Task<HostResult> Run(string script) => HostProcess.RunWith(
        new Dictionary<string, string?> { [StartupHook.Variable] = _folder.PathOf("folder/word") }, "", "-NonInteractive", "-File", script);
}

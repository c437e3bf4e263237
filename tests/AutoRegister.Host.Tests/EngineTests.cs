namespace AutoRegister.Host.Tests;

public sealed class EngineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_engine_is_PowerShell_itself()
    {
        var result = await HostProcess.Command("\"$($PSVersionTable.PSVersion)\"; $PSEdition; \"$([IO.Directory]::Exists($PSHOME))\"; $Host.Name");

        Assert.Equal(["7.6.9", "Core", "True", "lmp-pwsh"], result.OutputLines);
    }

    [Fact]
    public async Task Version_begins_as_that_of_pwsh() =>
        Assert.StartsWith("PowerShell 7.6.9 ", (await HostProcess.Run("-Version")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task Help_is_no_error()
    {
        var result = await HostProcess.Run("-Help");

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("Usage: lmp-pwsh", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Modules_of_PSModulePath_load_by_name()
    {
        _folder.Write("Sample/Sample.psm1", "function Get-Sample { 'sample' }");
        var path = new Dictionary<string, string?> { ["PSModulePath"] = _folder.FullName };

        Assert.Equal("sample\n", (await HostProcess.RunWith(path, "", "-c", "Get-Sample")).Output);
    }

    [Fact]
    public async Task Nothing_listens_for_a_debugger_and_nothing_is_reported()
    {
        var result = await HostProcess.Command(
            "[IO.Directory]::GetFiles([IO.Path]::GetTempPath(), \"CoreFxPipe_PSHost*.$PID.*\").Count; $env:POWERSHELL_TELEMETRY_OPTOUT");

        Assert.Equal("0\n1\n", result.Output);
    }
}

namespace AutoRegister.Host.Tests;

public sealed class SignalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 129)]
    [InlineData(2, 130)]
    [InlineData(15, 143)]
    public async Task A_signal_stops_cmdlet_and_script_in_order(int signal, int expected)
    {
        var script = _folder.Write("script.ps1", $$"""
            Import-Module '{{typeof(WaitUntilStoppedCommand).Assembly.Location}}'
            try { Wait-UntilStopped -Path "$PSScriptRoot/cmdlet" }
            finally { [IO.File]::WriteAllText("$PSScriptRoot/finally", 'ran') }
            exit 0
            """);
        using var host = HostProcess.Start("-NonInteractive", "-File", script);
        Assert.Equal("ready", await host.Output.ReadLineAsync());

        host.Signal(signal);
        var result = await host.End();

        Assert.Equal(expected, result.ExitCode);
        Assert.Equal("stopped", File.ReadAllText(_folder.PathOf("cmdlet")));
        Assert.Equal("ran", File.ReadAllText(_folder.PathOf("finally")));
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task A_finally_block_may_take_its_time()
    {
        using var host = HostProcess.Start(
            "-c", "try { 'ready'; while ($true) { [Threading.Thread]::Sleep(20) } } finally { [Threading.Thread]::Sleep(500); $Host.UI.WriteLine('clean') }");
        Assert.Equal("ready", await host.Output.ReadLineAsync());

        host.Signal(15);
        var result = await host.End();

        Assert.Equal(143, result.ExitCode);
        Assert.Equal("clean\n", result.Output);
    }

    [Fact]
    public async Task A_second_signal_ends_at_once()
    {
        using var host = HostProcess.Start(
            "-c", "try { 'ready'; while ($true) { [Threading.Thread]::Sleep(20) } } finally { $Host.UI.WriteLine('cleaning'); [Threading.Thread]::Sleep(600000) }");
        Assert.Equal("ready", await host.Output.ReadLineAsync());

        host.Signal(15);
        Assert.Equal("cleaning", await host.Output.ReadLineAsync());
        host.Signal(2);

        Assert.Equal(130, (await host.End()).ExitCode);
    }

    [Fact]
    public async Task A_native_program_is_stopped_with_the_script()
    {
        using var host = HostProcess.Start("-c", "try { /bin/sh -c 'echo ready; exec sleep 40' } finally { $Host.UI.WriteLine('clean') }");
        Assert.Equal("ready", await host.Output.ReadLineAsync());

        host.Signal(15);
        var result = await host.End();

        Assert.Equal(143, result.ExitCode);
        Assert.Equal("clean\n", result.Output);
    }
}

namespace AutoRegister.Host.Tests;

public sealed class ArgumentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Arguments_bind_as_with_pwsh()
    {
        var script = _folder.Write("script.ps1", """
            param($Name, [switch] $Flag, [switch] $Other, $Value, [int] $Count, [Parameter(ValueFromRemainingArguments)] $Rest)
            "$Name|$Flag|$Other|$Value|$($Value.GetType().Name)|$Count|$($Rest -join ',')"
            """);

        var result = await HostProcess.Run(
            script, "-Name", "a b", "-Flag", "-Other:$false", "-Value:", "$true", "-Count:3", "r1", "*");

        Assert.Equal("a b|True|False|$true|String|3|r1,*\n", result.Output);
    }

    [Fact]
    public async Task A_script_knows_where_it_is()
    {
        var script = _folder.Write("odd [1] name/it's [2].ps1", "$PSScriptRoot; $PSCommandPath; $MyInvocation.MyCommand.Name");

        var result = await HostProcess.Run("-wd", "/", "-File", script);

        Assert.Equal([Path.GetDirectoryName(script)!, script, Path.GetFileName(script)], result.OutputLines);
    }

    [Fact]
    public async Task A_working_directory_is_where_the_script_starts() =>
        Assert.Equal($"{_folder.FullName}\n", (await HostProcess.Run("-wd", _folder.FullName, "-c", "\"$PWD\"")).Output);

    [Fact]
    public async Task A_command_is_joined_by_blanks() =>
        Assert.Equal("ab\n", (await HostProcess.Run("-c", "'a'", "+", "'b'")).Output);

    [Fact]
    public async Task A_command_with_arguments_gets_them() =>
        Assert.Equal("2: a b\n", (await HostProcess.Run("-cwa", "\"$($args.Count): $($args[0])\"", "a b", "c")).Output);
}

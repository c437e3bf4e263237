using System.Diagnostics;

namespace AutoRegister.Host.Tests;

public sealed class OutputTests
{
    private const string AllStreams = """
        [CmdletBinding()] param()
        'output'
        $Host.UI.WriteLine('Green', 'Black', 'host')
        $PSCmdlet.WriteWarning('careful')
        $VerbosePreference = $DebugPreference = 'Continue'
        $PSCmdlet.WriteVerbose('story')
        $PSCmdlet.WriteDebug('detail')
        $PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(1, 'busy', 'half'))
        nosuchcommand
        "$($PSStyle.Foreground.Red)red$($PSStyle.Reset)"
        """;

    [Fact]
    public async Task Every_stream_has_its_place()
    {
        var result = await HostProcess.Command(AllStreams);

        Assert.Equal("output\nhost\nred\n", result.Output);
        Assert.StartsWith("WARNING: careful\nVERBOSE: story\nDEBUG: detail\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("nosuchcommand", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("busy", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output + result.Error);
    }

    [Fact]
    public async Task Objects_are_formatted_for_120_columns()
    {
        var result = await HostProcess.Command(
            "[pscustomobject] @{ Name = 'device'; Long = 'x' * 200 }; $Host.UI.RawUI.BufferSize.Width");

        Assert.Matches(@"(?m)^device x+…$", result.Output);
        Assert.InRange(result.OutputLines.Max(line => line.Length), 119, 120);
        Assert.Contains("120", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_is_utf8_without_a_mark_whatever_the_locale()
    {
        var latin = new Dictionary<string, string?> { ["LC_ALL"] = "de_DE.ISO-8859-1" };

        var result = await HostProcess.RunWith(
            latin, "", "-c", "'Grüße €'; [Console]::WriteLine('Grüße €'); $a = /bin/echo 'Grüße €'; $a; [Console]::Error.Write('ü')");

        Assert.Equal("Grüße €\nGrüße €\nGrüße €\n", result.Output);
        Assert.Equal("ü", result.Error);
    }

    [Fact]
    public async Task A_line_is_out_when_it_is_written()
    {
        using var host = HostProcess.Start("-c", "'first'; foreach ($line in $input) { $line }; 'last'");

        Assert.Equal("first", await host.Output.ReadLineAsync());
        host.Input.Close();
        Assert.Equal("last\n", (await host.End()).Output);
    }

    [Fact]
    public async Task Ten_megabytes_go_through()
    {
        var result = await HostProcess.Command("$line = 'x' * 1MB; foreach ($i in 1..10) { $line; $Host.UI.WriteErrorLine($line) }");

        Assert.Equal(10 * ((1 << 20) + 1), result.Output.Length);
        Assert.Equal(10 * ((1 << 20) + 1), result.Error.Length);
    }

    [Fact]
    public async Task A_reader_that_leaves_does_not_end_the_script()
    {
        using var folder = new TemporaryFolder();
        var mark = folder.PathOf("mark");
        using var host = HostProcess.Start(
            "-c", $"1..20000; [IO.File]::WriteAllText('{mark}', ''); exit 3");
        Assert.Equal("1", await host.Output.ReadLineAsync());
        host.Output.Close();

        Assert.Equal(3, await host.ExitCode());
        Assert.True(File.Exists(mark));
        Assert.Empty(await host.Error());
    }

    [Theory]
    [InlineData(">/dev/full")]
    [InlineData(">&-")]
    public async Task A_lost_output_is_said_once_and_does_not_end_the_script(string redirection)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"\"$0\" -c \"1; 2; exit 3\" {redirection}", HostProcess.Program])
        {
            RedirectStandardError = true,
        };
        using var shell = Process.Start(start)!;
        var error = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();

        Assert.Equal(3, shell.ExitCode);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}

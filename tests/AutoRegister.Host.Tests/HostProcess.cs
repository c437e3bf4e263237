using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace AutoRegister.Host.Tests;

/// <summary>The built host as a real process, with all of its streams redirected.</summary>
public sealed partial class HostProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _error;

    private HostProcess(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        // Signals that are ignored stay ignored across exec(2), as in a test run under nohup or in the background.
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=HUP,INT,QUIT", Program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("The host did not start.");
        _error = _process.StandardError.ReadToEndAsync();
    }

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "lmp-pwsh");

    public int Id => _process.Id;

    public StreamReader Output => _process.StandardOutput;

    public StreamWriter Input => _process.StandardInput;

    public static HostProcess Start(params string[] arguments) => new(arguments, new Dictionary<string, string?>());

    /// <summary>Runs the host with nothing to read, to its end.</summary>
    public static Task<HostResult> Run(params string[] arguments) => RunWithInput("", arguments);

    public static Task<HostResult> Command(string text) => Run("-NoProfile", "-NonInteractive", "-Command", text);

    public static Task<HostResult> RunWithInput(string input, params string[] arguments) =>
        RunWith(new Dictionary<string, string?>(), input, arguments);

    public static async Task<HostResult> RunWith(
        IReadOnlyDictionary<string, string?> environment, string input, params string[] arguments)
    {
        using var host = new HostProcess(arguments, environment);
        try
        {
            await host.Input.WriteAsync(input);
            host.Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it.
        }

        return await host.End();
    }

    /// <summary>Waits for the end and for all that was written.</summary>
    public async Task<HostResult> End()
    {
        var output = await Output.ReadToEndAsync().WaitAsync(Limit);
        return new HostResult(await ExitCode(), output, await Error());
    }

    public async Task<int> ExitCode()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>All that was written to standard error.</summary>
    public Task<string> Error() => _error;

    public void Signal(int number) => Assert.Equal(0, Kill(Id, number));

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

namespace AutoRegister.Host;

/// <summary>Standard output and standard error together: in order, and never through a progress line.</summary>
internal sealed class ConsoleOutput
{
    private readonly Lock _gate = new();
    private readonly LineWriter _output = new(Console.OpenStandardOutput);
    private readonly LineWriter _error = new(Console.OpenStandardError);
    private readonly ProgressLine? _progress;

    /// <summary>Looks where the streams lead.</summary>
    public ConsoleOutput()
    {
        var capable = Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        IsTerminal = !Console.IsOutputRedirected;
        OutputTakesEscapes = capable && IsTerminal;
        ErrorTakesEscapes = capable && !Console.IsErrorRedirected;
        _progress = ErrorTakesEscapes ? new ProgressLine() : null;
    }

    /// <summary>Standard output is a terminal.</summary>
    public bool IsTerminal { get; }

    /// <summary>Standard output is a terminal that knows escape sequences.</summary>
    public bool OutputTakesEscapes { get; }

    /// <summary>Standard error is a terminal that knows escape sequences.</summary>
    public bool ErrorTakesEscapes { get; }

    /// <summary>Writes to standard output.</summary>
    public void Write(string text, bool endLine = false)
    {
        lock (_gate)
        {
            EraseProgress();
            if (_output.Write(text, endLine) is { } problem)
            {
                _error.Write($"lmp-pwsh: standard output is lost: {problem.Message}", endLine: true);
            }
        }
    }

    /// <summary>Writes a line to standard output.</summary>
    public void WriteLine(string text) => Write(text, endLine: true);

    /// <summary>Writes to standard error. When that cannot be written there is no one left to tell.</summary>
    public void WriteError(string text, bool endLine = false)
    {
        lock (_gate)
        {
            EraseProgress();
            _error.Write(text, endLine);
        }
    }

    /// <summary>Writes a line to standard error.</summary>
    public void WriteErrorLine(string text) => WriteError(text, endLine: true);

    /// <summary>Shows how far something is, or with null that it is done; on a terminal only.</summary>
    public void ShowProgress(string? text)
    {
        if (_progress is null)
        {
            return;
        }

        lock (_gate)
        {
            _error.Write(_progress.Change(text), endLine: false);
        }
    }

    private void EraseProgress()
    {
        if (_progress?.Change(null) is { Length: > 0 } erase)
        {
            _error.Write(erase, endLine: false);
        }
    }
}

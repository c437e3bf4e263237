namespace AutoRegister.Host.Tests;

/// <summary>How a run of the host ended.</summary>
public sealed record HostResult(int ExitCode, string Output, string Error)
{
    public IReadOnlyList<string> OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

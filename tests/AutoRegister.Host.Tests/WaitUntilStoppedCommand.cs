using System.Management.Automation;

namespace AutoRegister.Host.Tests;

/// <summary>A cmdlet that only StopProcessing ends. The host imports it from this assembly.</summary>
[Cmdlet(VerbsLifecycle.Wait, "UntilStopped")]
public sealed class WaitUntilStoppedCommand : Cmdlet, IDisposable
{
    private readonly ManualResetEventSlim _stopped = new();

    /// <summary>Where to leave word that it was stopped.</summary>
    [Parameter(Mandatory = true)]
    public string Path { get; set; } = "";

    protected override void ProcessRecord()
    {
        WriteObject("ready");
        _stopped.Wait();
    }

    protected override void StopProcessing()
    {
        File.WriteAllText(Path, "stopped");
        _stopped.Set();
    }

    public void Dispose() => _stopped.Dispose();
}

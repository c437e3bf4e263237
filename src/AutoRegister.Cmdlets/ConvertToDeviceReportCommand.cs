using System.Management.Automation;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Makes a row of a report of each device: of credentials, and of the error record of a device that failed. Anything else is
/// an error.
/// </summary>
[Cmdlet(VerbsData.ConvertTo, "DeviceReport")]
[OutputType(typeof(DeviceReport))]
public sealed class ConvertToDeviceReportCommand : PSCmdlet
{
    /// <summary>What the line wrote, errors included (<c>2&gt;&amp;1</c>).</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [LiveObject]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (InputObject!.BaseObject)
        {
            case ExportedCredentials exported:
                WriteObject(DeviceReport.Of(exported, DateTime.UtcNow));
                break;
            case ErrorRecord failed:
                (string name, string uuid) = Names(failed.TargetObject);
                var report = DeviceReport.Of(name, uuid, failed.Exception, DateTime.UtcNow);

                // An error that came from a job has another exception than it had there, and the same id.
                WriteObject(failed.Exception is not RemoteException ? report : report with { ErrorId = failed.FullyQualifiedErrorId.Split(',')[0] });
                break;
            case object other:
                var unknown = new PSArgumentException($"A {other.GetType().Name} says nothing of what became of a device. Give what Export-SotaCredentials wrote, and error records.", nameof(InputObject));
                WriteError(new ErrorRecord(unknown, "NoDeviceReport", ErrorCategory.InvalidType, other));
                break;
        }
    }

    private static (string Name, string Uuid) Names(object? target) => target is PSObject { BaseObject: PSCustomObject } copy
        ? (Text(copy, "Name") ?? Text(copy, "Uuid") ?? copy.ToString(), Text(copy, "Uuid") ?? string.Empty)
        : NamesOfOurs(target);

    // Of a device that failed in a job its target is a copy.
    private static string? Text(PSObject copy, string name) => copy.Properties[name]?.Value as string;

    private static (string Name, string Uuid) NamesOfOurs(object? target) => ((target as PSObject)?.BaseObject ?? target) switch
    {
        SotaConfig config => (config.Name ?? config.Uuid ?? config.SotaPath, config.Uuid ?? string.Empty),
        DeviceKey key => (key.Name, key.Uuid),
        DeviceRegistration registration => (registration.Name, registration.Uuid),
        _ => (target?.ToString() ?? string.Empty, string.Empty),
    };
}

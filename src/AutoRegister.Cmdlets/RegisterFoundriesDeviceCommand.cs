using System.Management.Automation;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;

namespace AutoRegister.Cmdlets;

/// <summary>Registers the device with its factory and checks the answer. Nothing is put in place yet.</summary>
[Cmdlet(VerbsLifecycle.Register, "FoundriesDevice", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(DeviceRegistration))]
public sealed class RegisterFoundriesDeviceCommand : AutoRegisterCmdlet
{
    private RegistrationClient? client;

    /// <summary>The device key.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public DeviceKey? Key { get; set; }

    /// <summary>How long to repeat a request that can succeed later; without it a request is sent once. A negative time never gives up.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan RetryFor { get; set; }

    /// <summary>A PEM file with CA certificates to trust besides the system's.</summary>
    [Parameter]
    [Alias("CaFile")]
    [ValidateNotNullOrEmpty]
    public string? CaCertificatePath { get; set; }

    /// <summary>
    /// Lets a person authorise the device in a browser (OAuth device flow) when there is no API token. At an interactive
    /// terminal this is so without being asked for.
    /// </summary>
    [Parameter]
    public SwitchParameter DeviceAuthorization { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            TrustAnchor? anchor = CaCertificatePath is null ? null : TrustAnchor.Load(GetUnresolvedProviderPathFromPSPath(CaCertificatePath));
            client = new RegistrationClient(anchor: anchor);
        }
        catch (AutoRegisterException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DeviceKey key = Key!;
        if (ShouldProcess($"{key.Name} at {key.Config.DeviceApi}", "Register the device"))
        {
            var options = new EnrollerOptions
            {
                RetryFor = RetryFor < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : RetryFor,
                PersonIsThere = DeviceAuthorization || key.Config.DeviceAuthorization || Terminal.HasPerson,
            };
            var enroller = new Enroller(options, this);
            WriteResult(token => enroller.RegisterAsync(key, client!, token), key);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            client?.Dispose();
        }

        base.Dispose(disposing);
    }
}

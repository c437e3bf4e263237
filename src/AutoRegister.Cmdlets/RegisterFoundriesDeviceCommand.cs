using System.Management.Automation;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Registers the device with its factory and checks the answer, or takes the certificate that came with its key. Nothing is put in
/// place yet.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "FoundriesDevice", DefaultParameterSetName = RegisterSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(DeviceRegistration))]
public sealed class RegisterFoundriesDeviceCommand : AutoRegisterCmdlet
{
    private const string RegisterSet = "Register";
    private const string ExistingSet = "Existing";
    private RegistrationClient? client;
    private ProvisionedGateway? provisioned;

    /// <summary>The device key.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public DeviceKey? Key { get; set; }

    /// <summary>How long to repeat a request that can succeed later; without it a request is sent once. A negative time never gives up.</summary>
    [Parameter(ParameterSetName = RegisterSet)]
    [DurationTransformation]
    public TimeSpan RetryFor { get; set; }

    /// <summary>A PEM file with CA certificates to trust besides the system's.</summary>
    [Parameter(ParameterSetName = RegisterSet)]
    [Alias("CaFile")]
    [ValidateNotNullOrEmpty]
    public string? CaCertificatePath { get; set; }

    /// <summary>
    /// Lets a person authorise the device in a browser (OAuth device flow) when there is no API token. At an interactive
    /// terminal this is so without being asked for.
    /// </summary>
    [Parameter(ParameterSetName = RegisterSet)]
    public SwitchParameter DeviceAuthorization { get; set; }

    /// <summary>
    /// Asks no server and takes the certificate that is in the token with the existing key, if it fits: the same public key, the
    /// factory as OU, the device's UUID as CN, valid, for client authentication.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = ExistingSet)]
    public SwitchParameter UseExistingCertificate { get; set; }

    /// <summary>The URL of the device gateway.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ExistingSet)]
    [ValidateNotNullOrEmpty]
    public string? GatewayServer { get; set; }

    /// <summary>A PEM file with the factory's root certificate, which the gateway's certificate chains to.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ExistingSet)]
    [ValidateNotNullOrEmpty]
    public string? RootCertificatePath { get; set; }

    /// <summary>The URL of the OSTree server; without it <c>/treehub</c> of the gateway.</summary>
    [Parameter(ParameterSetName = ExistingSet)]
    [ValidateNotNullOrEmpty]
    public string? OstreeServer { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            TrustAnchor? anchor = CaCertificatePath is null ? null : TrustAnchor.Load(GetUnresolvedProviderPathFromPSPath(CaCertificatePath));
            client = new RegistrationClient(anchor: anchor);
            provisioned = UseExistingCertificate ? ProvisionedGateway.Load(GatewayServer!, OstreeServer, GetUnresolvedProviderPathFromPSPath(RootCertificatePath!)) : null;
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
        if (provisioned is null ? ShouldProcess($"{key.Name} at {key.Config.DeviceApi}", "Register the device")
            : ShouldProcess(key.KeyLocation, "Take the certificate that came with the key"))
        {
            var options = new EnrollerOptions
            {
                RetryFor = RetryFor < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : RetryFor,
                PersonIsThere = DeviceAuthorization || key.Config.DeviceAuthorization || Terminal.HasPerson,
                Provisioned = provisioned,
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

using System.Management.Automation;
using AutoRegister.Core.Api;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Registers the device with its factory and checks the answer, or takes the certificate that came with its key. Nothing is put in
/// place yet.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "FoundriesDevice", DefaultParameterSetName = RegisterSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(DeviceRegistration))]
public sealed class RegisterFoundriesDeviceCommand : LineCmdlet
{
    private const string RegisterSet = "Register";
    private const string ExistingSet = "Existing";

    // A device that the server fails again and again while it answers others is one error, however patient the line is.
    private const int AttemptsWhileOthersSucceed = 8;
    private RegistrationClient? client;
    private LineThrottle? throttle;
    private ProvisionedGateway? provisioned;

    /// <summary>The device key.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [LiveObject]
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

    private protected override (int Id, string Activity) Progress => (12, "Registering devices");

    private bool SaysHowLong => MyInvocation.BoundParameters.ContainsKey(nameof(RetryFor));

    // On a line a server that has answered before is waited for unless somebody says how long.
    private TimeSpan Patience => RetryFor < TimeSpan.Zero || (IsLine && !SaysHowLong) ? Timeout.InfiniteTimeSpan : RetryFor;

    private protected override void Prepare()
    {
        TrustAnchor? anchor = this.OptionalPath(CaCertificatePath) is string path ? TrustAnchor.Load(path) : null;
        throttle = IsLine ? new LineThrottle(ThrottleLimit, Patience, Streams, waitsFromTheStart: SaysHowLong) : null;
        Needed = client = new RegistrationClient(anchor: anchor, throttle: throttle);
        provisioned = UseExistingCertificate ? ProvisionedGateway.Load(GatewayServer!, OstreeServer, this.FileSystemPath(RootCertificatePath!)) : null;
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
                RetryFor = Patience,
                MaxAttempts = IsLine ? AttemptsWhileOthersSucceed : int.MaxValue,
                IsFinal = throttle is null ? null : throttle.IsNeverReached,
                PersonIsThere = DeviceAuthorization || key.Config.DeviceAuthorization || (!IsLine && Terminal.HasPerson),
                Provisioned = provisioned,
            };
            var enroller = new Enroller(options, ObserverOf(key.Name));
            Process(token => enroller.RegisterAsync(key, client!, token), key);
        }
        else
        {
            PipelineEnd.At(key, finished: false);
        }
    }

    internal override bool StopsLine(AutoRegisterException failure) =>
        failure.Id is ErrorId.ApiTokenRejected or ErrorId.ApiTokenMissing || throttle?.IsNeverReached(failure) == true;
}

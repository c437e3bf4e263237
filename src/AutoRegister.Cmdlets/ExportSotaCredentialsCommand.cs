using System.Management.Automation;
using AutoRegister.Core.Afterwards;
using AutoRegister.Core.Errors;
using AutoRegister.Core.OtaClient;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Puts the credentials in place: the certificate into the token, the files into the SOTA directory, <c>sota.toml</c> last.
/// </summary>
[Cmdlet(VerbsData.Export, "SotaCredentials", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ExportedCredentials))]
public sealed class ExportSotaCredentialsCommand : LineCmdlet
{
    /// <summary>The checked registration.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [LiveObject]
    public DeviceRegistration? Registration { get; set; }

    /// <summary>
    /// A directory of this machine the credentials are copied to besides: a folder to pack, or a mounted medium. From a
    /// property or a script block it is another one for each device.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>
    /// Starts the OTA client afterwards, when the registration is for this machine (its root is <c>/</c>). The registration
    /// stands when that fails.
    /// </summary>
    [Parameter]
    public SwitchParameter StartOtaClient { get; set; }

    /// <summary>The systemd unit of the OTA client.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(OtaClientServiceCompleter))]
    public string OtaClientService { get; set; } = OtaClientLock.DefaultService;

    /// <summary>
    /// Names a Docker credential helper for the factory's registry (the hub of the device API) in Docker's configuration.
    /// What else is in the file is kept.
    /// </summary>
    [Parameter]
    public string? ConfigureDockerCredentialHelper { get; set; }

    /// <summary>Docker's configuration; without it <c>.docker/config.json</c> in the user's home.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DockerConfigPath { get; set; }

    /// <summary>
    /// Asks the device gateway afterwards whether it accepts the device: mutual TLS with its new key and certificate. The
    /// registration stands when it does not.
    /// </summary>
    [Parameter]
    public SwitchParameter VerifyGateway { get; set; }

    /// <summary>
    /// Deletes the file the API token was read from, once the device is registered. The registration stands when that fails.
    /// </summary>
    [Parameter]
    public SwitchParameter RemoveApiToken { get; set; }

    private protected override (int Id, string Activity) Progress => (13, "Exporting credentials");

    private protected override void Prepare()
    {
        OtaClientStarter.RequireName(OtaClientService);
        if (RemoveApiToken && IsLine)
        {
            throw new AutoRegisterException(
                ErrorId.SettingInvalid, "-RemoveApiToken is for one device: those of a line share the file.", "Delete the file when the line has ended.", nameof(RemoveApiToken));
        }

        if (ConfigureDockerCredentialHelper is not null)
        {
            DockerCredentialHelper.RequireName(ConfigureDockerCredentialHelper);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DeviceRegistration registration = Registration!;
        if (!ShouldProcess(registration.Key.Config.SotaPath, $"Put the credentials of {registration.Name} in place"))
        {
            PipelineEnd.At(registration, finished: false);
            return;
        }

        CredentialExport export = new(
            new ExportWishes
            {
                CopyPath = Path is null ? null : this.FileSystemPath(Path),
                DockerHelper = ConfigureDockerCredentialHelper,
                DockerConfigPath = DockerConfigPath is null ? null : this.FileSystemPath(DockerConfigPath),
                RemoveApiToken = RemoveApiToken,
                VerifyGateway = VerifyGateway,
                StartOtaClient = StartOtaClient,
                OtaClientService = OtaClientService,
            },
            ObserverOf(registration.Name));
        Process(
            async token =>
            {
                ExportedCredentials exported = await export.RunAsync(registration, token).ConfigureAwait(false);
                PipelineEnd.At(registration, finished: true);
                return exported;
            },
            registration,

            // After the output: whoever stops at errors has the registration all the same.
            _ => export.Problems.ToList().ForEach(problem => WriteError(IsLine ? ErrorRecords.Of(problem, registration) : ErrorRecords.From(problem, registration))));
    }
}

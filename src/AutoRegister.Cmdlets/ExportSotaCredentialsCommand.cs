using System.Management.Automation;
using AutoRegister.Core.Credentials;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Puts the credentials in place: the certificate into the token, the files into the SOTA directory, <c>sota.toml</c> last.
/// </summary>
[Cmdlet(VerbsData.Export, "SotaCredentials", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ExportedCredentials))]
public sealed class ExportSotaCredentialsCommand : AutoRegisterCmdlet
{
    /// <summary>The checked registration.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public DeviceRegistration? Registration { get; set; }

    /// <summary>
    /// Starts the OTA client afterwards, when the registration is for this machine (its root is <c>/</c>). The registration
    /// stands when that fails.
    /// </summary>
    [Parameter]
    public SwitchParameter StartOtaClient { get; set; }

    /// <summary>The systemd unit of the OTA client.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string OtaClientService { get; set; } = OtaClient.DefaultService;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            OtaClientStarter.RequireName(OtaClientService);
        }
        catch (AutoRegisterException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DeviceRegistration registration = Registration!;
        if (!ShouldProcess(registration.Key.Config.SotaPath, $"Put the credentials of {registration.Name} in place"))
        {
            return;
        }

        AutoRegisterException? problem = null;
        WriteResult(
            async token =>
            {
                ExportedCredentials exported = new Enroller(new EnrollerOptions(), this).Export(registration, token);
                try
                {
                    return exported with { OtaClient = await StartAsync(registration, token).ConfigureAwait(false) };
                }
                catch (AutoRegisterException e)
                {
                    problem = e;
                    return exported with { OtaClient = OtaClientState.StartFailed };
                }
            },
            registration);
        if (problem is not null)
        {
            // After the output: whoever stops at errors has the registration all the same.
            WriteError(ErrorRecords.From(problem, registration));
        }
    }

    private async Task<OtaClientState> StartAsync(DeviceRegistration registration, CancellationToken cancellation) =>
        !StartOtaClient ? OtaClientState.NotAsked
        : registration.Key.Config.Root != "/" ? OtaClientState.OtherRoot
        : await new OtaClientStarter(OtaClientService, this).StartAsync(cancellation).ConfigureAwait(false);
}

using System.Management.Automation;
using AutoRegister.Core.Credentials;
using AutoRegister.Core.Enrollment;

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

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DeviceRegistration registration = Registration!;
        if (ShouldProcess(registration.Key.Config.SotaPath, $"Put the credentials of {registration.Name} in place"))
        {
            var enroller = new Enroller(new EnrollerOptions(), this);
            WriteResult(token => Task.FromResult(enroller.Export(registration, token)), registration);
        }
    }
}

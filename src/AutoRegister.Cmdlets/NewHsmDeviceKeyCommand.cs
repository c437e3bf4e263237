using System.Management.Automation;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Keys;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Makes the device key, in the token where one is configured, else as a key file, and the certificate request for it.
/// Running it again continues what an interrupted run began.
/// </summary>
[Cmdlet(VerbsCommon.New, "HsmDeviceKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(DeviceKey))]
public sealed class NewHsmDeviceKeyCommand : AutoRegisterCmdlet
{
    /// <summary>What the device is told to be.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public SotaConfig? Config { get; set; }

    /// <summary>Replaces the key and the credentials that an earlier registration left.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SotaConfig config = Config!;
        string place = config.Hsm is null ? config.SotaPath : $"token '{config.Hsm.TokenLabel}' and {config.SotaPath}";
        if (ShouldProcess(place, Force ? "Replace the device key and certificate request" : "Make a device key and certificate request"))
        {
            var enroller = new Enroller(new EnrollerOptions(), this);
            WriteResult(token => Task.FromResult(enroller.MakeKey(config, Force, token)), config);
        }
    }
}

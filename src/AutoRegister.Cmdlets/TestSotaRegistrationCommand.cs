using System.Management.Automation;
using AutoRegister.Core.Api;
using AutoRegister.Core.Diagnosis;
using AutoRegister.Core.Diagnosis.Checks;
using AutoRegister.Core.Errors;

namespace AutoRegister.Cmdlets;

/// <summary>Checks a device before or after its registration, and says what is wrong and what to do about it. Changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SotaRegistration")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestSotaRegistrationCommand : SettingCmdlet
{
    /// <summary>A PEM file with CA certificates to trust besides the system's.</summary>
    [Parameter]
    [Alias("CaFile")]
    [ValidateNotNullOrEmpty]
    public string? CaCertificatePath { get; set; }

    /// <summary>Uses the network as well: DNS, TLS, the server, and the gateway once the device is registered.</summary>
    [Parameter]
    public SwitchParameter Online { get; set; }

    /// <summary>Writes only whether no check failed.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        TrustAnchor? anchor = null;
        try
        {
            anchor = CaCertificatePath is null ? null : TrustAnchor.Load(this.FileSystemPath(CaCertificatePath));
        }
        catch (AutoRegisterException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e));
        }

        using var doctor = new Doctor(new DiagnosisOptions { Online = Online, Anchor = anchor, Config = Options() }, Streams);
        bool healthy = true;
        for (int number = 1; number <= Doctor.Count; number++)
        {
            int current = number;
            CheckResult result = Wait(token => doctor.RunAsync(current, token));
            healthy &= result.Status != CheckStatus.Failed;
            if (!Quiet)
            {
                WriteObject(result);
            }
        }

        if (Quiet)
        {
            WriteObject(healthy);
        }
    }
}

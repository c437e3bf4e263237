using System.Management.Automation;
using AutoRegister.Core.Api;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Diagnosis;
using AutoRegister.Core.Diagnosis.Checks;
using AutoRegister.Core.Errors;

namespace AutoRegister.Cmdlets;

/// <summary>Checks a device before or after its registration, and says what is wrong and what to do about it. Changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SotaRegistration")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestSotaRegistrationCommand : AutoRegisterCmdlet
{
    /// <summary>The directory all device paths are below.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>The OTA client's directory, as the device sees it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("SotaDir")]
    [ValidateNotNullOrEmpty]
    public string? SotaDirectory { get; set; }

    /// <summary>The factory.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(FactoryCompleter))]
    public string? Factory { get; set; }

    /// <summary>The registration endpoint.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? DeviceApi { get; set; }

    /// <summary>The PKCS#11 module, on this machine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ModulePathCompleter))]
    public string? HsmModule { get; set; }

    /// <summary>The token's label.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TokenLabelCompleter))]
    public string? TokenLabel { get; set; }

    /// <summary>The token's serial number, where several have the label.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TokenSerialCompleter))]
    public string? TokenSerial { get; set; }

    /// <summary>A PKCS#11 URI (RFC 7512) that names module and token, as of <c>Get-SotaConfig</c>.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Pkcs11Uri { get; set; }

    /// <summary>Checks no token, whatever the hsm file says.</summary>
    [Parameter]
    public SwitchParameter NoHsm { get; set; }

    /// <summary>Accepts plain http to any address.</summary>
    [Parameter]
    public SwitchParameter AllowPlainHttp { get; set; }

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

        using var doctor = new Doctor(Options(anchor), this);
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

    private DiagnosisOptions Options(TrustAnchor? anchor) => new()
    {
        Online = Online,
        Anchor = anchor,
        Config = new SotaConfigOptions
        {
            Root = Root is null ? "/" : this.FileSystemPath(Root),
            SotaDirectory = SotaDirectory,
            Factory = Factory,
            DeviceApi = DeviceApi,
            HsmModule = HsmModule,
            TokenLabel = TokenLabel,
            TokenSerial = TokenSerial,
            Pkcs11Uri = Pkcs11Uri,
            NoHsm = NoHsm,
            AllowPlainHttp = AllowPlainHttp ? true : null,
        },
    };
}

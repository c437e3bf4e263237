using System.Management.Automation;
using System.Security;
using AutoRegister.Core.Transfer;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Writes a device's file, for another machine to continue with: what a cmdlet of the pipeline handed on, without secrets, and the
/// private key only encrypted.
/// </summary>
[Cmdlet(VerbsData.Export, "DeviceEnrollment", DefaultParameterSetName = KeySet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ExportedEnrollment))]
public sealed class ExportDeviceEnrollmentCommand : LineCmdlet
{
    private const string ConfigSet = "Config";
    private const string KeySet = "Key";
    private const string RegistrationSet = "Registration";
    private EnrollmentProtection? protection;

    /// <summary>A device that has no key yet.</summary>
    [Parameter(ParameterSetName = ConfigSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    [LiveObject]
    public SotaConfig? Config { get; set; }

    /// <summary>A device with a key and its certificate request.</summary>
    [Parameter(ParameterSetName = KeySet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    [LiveObject]
    public DeviceKey? Key { get; set; }

    /// <summary>A device with the factory's answer.</summary>
    [Parameter(ParameterSetName = RegistrationSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    [LiveObject]
    public DeviceRegistration? Registration { get; set; }

    /// <summary>The file; its directory is made when it is missing. From a script block it is another one for each device.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The passphrase that proves the file to whoever has it as well, and that the private key is encrypted with (PKCS#8).</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>The certificate of whoever may open the private key (CMS): RSA, 2048 bits or more.</summary>
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = RegistrationSet)]
    [ValidateNotNullOrEmpty]
    public string? RecipientCertificatePath { get; set; }

    /// <summary>A PEM file with this machine's private key (EC or RSA), to sign the file with.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SigningKeyPath { get; set; }

    /// <summary>The passphrase of that file, where it is encrypted.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? SigningKeyPassphrase { get; set; }

    /// <summary>Leaves the private key on this machine, where the device is put in place later.</summary>
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = RegistrationSet)]
    public SwitchParameter WithoutKey { get; set; }

    private protected override (int Id, string Activity) Progress => (14, "Exporting devices");

    private protected override void Prepare()
    {
        using var opens = SigningKeyPassphrase.ToSecret();
        Needed = protection = EnrollmentProtection.Create(
            Passphrase.ToSecret(), this.OptionalPath(RecipientCertificatePath), this.OptionalPath(SigningKeyPath), opens, WithoutKey);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SotaConfig? config = Config;
        DeviceKey? key = Key ?? Registration?.Key;
        object item = (object?)config ?? (object?)Registration ?? key!;
        string name = key?.Name ?? config!.Name ?? config!.SotaPath;
        string path = this.FileSystemPath(Path!);
        if (ShouldProcess(path, $"Export the device {name}"))
        {
            var export = new EnrollmentExport(protection!.Seal, WithoutKey, protection.Prover, ObserverOf(name));
            Process(
                token =>
                {
                    ExportedEnrollment written = config is not null ? export.Write(config, path) : export.Write(key!, path, token);
                    PipelineEnd.At(item, finished: false);
                    return Task.FromResult(written);
                },
                item);
        }
        else
        {
            PipelineEnd.At(item, finished: false);
        }
    }
}

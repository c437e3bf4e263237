using System.Management.Automation;
using System.Security;
using AutoRegister.Core;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Transfer;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Reads a device's file and hands on what it was made from, so that the pipeline continues on this machine: a configuration, a
/// key, or a registration.
/// </summary>
[Cmdlet(VerbsData.Import, "DeviceEnrollment", DefaultParameterSetName = FolderSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SotaConfig), typeof(DeviceKey), typeof(DeviceRegistration))]
public sealed class ImportDeviceEnrollmentCommand : LineCmdlet
{
    private const string FolderSet = "Folder";
    private const string RootSet = "Root";
    private Secret? secret;
    private KeyOpener? opener;
    private SenderCertificate? sender;
    private ProofCheck? proofs;

    /// <summary>The file that Export-DeviceEnrollment wrote.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>
    /// A directory of this machine that takes the place of the device's SOTA directory. From a script block it is another one for
    /// each device.
    /// </summary>
    [Parameter(ParameterSetName = FolderSet, Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>The directory all paths of the device are below: <c>/</c> on the device itself, or its mounted image.</summary>
    [Parameter(ParameterSetName = RootSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>
    /// How this machine reaches the server (API token, URLs) and the token (module, PIN), and where the device's directories are. Who the
    /// device is says the file, where something proves it.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public SotaConfig? BaseConfig { get; set; }

    /// <summary>The certificate of the machine that exported the device with -SigningKeyPath: PEM or DER.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SenderCertificatePath { get; set; }

    /// <summary>The passphrase the device was exported with, or that of the recipient's key.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>A PEM file with the private key of the certificate that the device's key was exported for.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RecipientKeyPath { get; set; }

    private protected override (int Id, string Activity) Progress => (15, "Importing devices");

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            secret = Passphrase.ToSecret();
            opener = KeyOpener.Create(secret, RecipientKeyPath is null ? null : GetUnresolvedProviderPathFromPSPath(RecipientKeyPath));
            sender = SenderCertificatePath is null ? null : SenderCertificate.Load(GetUnresolvedProviderPathFromPSPath(SenderCertificatePath), DateTimeOffset.UtcNow);
            proofs = new ProofCheck(RecipientKeyPath is null ? secret : null, sender);
        }
        catch (AutoRegisterException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string path = GetUnresolvedProviderPathFromPSPath(Path!);
        string place = GetUnresolvedProviderPathFromPSPath(Destination ?? Root!);
        if (!ShouldProcess(place, $"Take up the device of '{path}'"))
        {
            return;
        }

        (string? root, string? folder) = Root is null ? ((string?)null, (string?)place) : (place, null);
        var import = new EnrollmentImport(proofs!, opener!, ObserverOf(path));
        Process(token => Task.FromResult(import.Read(path, BaseConfig, root, folder, token)), path);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // What is on its way ends first, and then what it needs.
        base.Dispose(disposing);
        if (disposing)
        {
            proofs?.Dispose();
            sender?.Dispose();
            opener?.Dispose();
            secret?.Dispose();
        }
    }
}

using System.Management.Automation;
using System.Security;
using AutoRegister.Core.Errors;
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
    private const string LiteralFolderSet = "LiteralFolder";
    private const string LiteralRootSet = "LiteralRoot";
    private EnrollmentOpener? opener;
    private bool comesByPipeline;

    /// <summary>The file that Export-DeviceEnrollment wrote; wildcards are allowed where they mean one file.</summary>
    [Parameter(ParameterSetName = FolderSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = RootSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The file that Export-DeviceEnrollment wrote, by the name as it is: what Get-ChildItem hands on.</summary>
    [Parameter(ParameterSetName = LiteralFolderSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = LiteralRootSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>
    /// A directory of this machine that takes the place of the device's SOTA directory. From a script block it is another one for
    /// each device.
    /// </summary>
    [Parameter(ParameterSetName = FolderSet, Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = LiteralFolderSet, Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>The directory all paths of the device are below: <c>/</c> on the device itself, or its mounted image.</summary>
    [Parameter(ParameterSetName = RootSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = LiteralRootSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>
    /// How this machine reaches the server (API token, URLs) and the token (module, PIN), and where the device's directories are. Who the
    /// device is says the file, where something proves it.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    [LiveObject]
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

    private protected override void Prepare()
    {
        comesByPipeline = !MyInvocation.BoundParameters.ContainsKey(nameof(Path));
        Needed = opener = EnrollmentOpener.Create(Passphrase.ToSecret(), this.OptionalPath(RecipientKeyPath), this.OptionalPath(SenderCertificatePath));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string place = this.FileSystemPath(Destination ?? Root!);
        string path;
        try
        {
            path = LiteralPath is not null ? this.FileSystemPath(LiteralPath) : this.OnePath(Path!, comesByPipeline);
        }
        catch (AutoRegisterException e)
        {
            WriteFailure(e, (LiteralPath ?? Path)!);
            return;
        }

        if (!ShouldProcess(place, $"Take up the device of '{path}'"))
        {
            return;
        }

        (string? root, string? folder) = Root is null ? ((string?)null, (string?)place) : (place, null);
        var import = new EnrollmentImport(opener!.Proofs, opener.Keys, ObserverOf(path));
        Process(token => Task.FromResult(import.Read(path, BaseConfig, root, folder, token)), path);
    }
}

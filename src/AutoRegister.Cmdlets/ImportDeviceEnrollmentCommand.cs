using System.Management.Automation;
using System.Security;
using AutoRegister.Core.Base;
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
    private Secret? secret;
    private KeyOpener? opener;
    private SenderCertificate? sender;
    private ProofCheck? proofs;
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

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        comesByPipeline = !MyInvocation.BoundParameters.ContainsKey(nameof(Path));
        try
        {
            secret = Passphrase.ToSecret();
            opener = KeyOpener.Create(secret, RecipientKeyPath is null ? null : this.FileSystemPath(RecipientKeyPath));
            sender = SenderCertificatePath is null ? null : SenderCertificate.Load(this.FileSystemPath(SenderCertificatePath), DateTimeOffset.UtcNow);
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
        string place = this.FileSystemPath(Destination ?? Root!);
        string path;
        try
        {
            path = File();
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
        var import = new EnrollmentImport(proofs!, opener!, ObserverOf(path));
        Process(token => Task.FromResult(import.Read(path, BaseConfig, root, folder, token)), path);
    }

    // A name that comes through the pipeline is a file's first, and a pattern where there is no such file: names have brackets.
    private string File()
    {
        if (LiteralPath is not null)
        {
            return this.FileSystemPath(LiteralPath);
        }

        string named = this.FileSystemPath(Path!);
        if (comesByPipeline && System.IO.File.Exists(named))
        {
            return named;
        }

        return this.MatchingPaths(Path!) switch
        {
            [string one] => one,
            [] => throw new AutoRegisterException(
                ErrorId.FileUnreadable, $"No file matches '{Path}'.", "Correct the pattern; -LiteralPath takes a name with *, ? and [ as it is.", Path),
            { Count: int count } => throw new AutoRegisterException(
                ErrorId.SettingInvalid,
                $"'{Path}' matches {count} files, and one directory cannot be that of several devices.",
                "Pipe them: Get-ChildItem ... | Import-DeviceEnrollment -Destination { \"work/$($_.BaseName)\" }",
                Path),
        };
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

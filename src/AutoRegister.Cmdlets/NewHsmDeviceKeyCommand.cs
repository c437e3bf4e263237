using System.Management.Automation;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Line;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Makes the device key, in the token where one is configured, else as a key file, and the certificate request for it.
/// Running it again continues what an interrupted run began.
/// </summary>
[Cmdlet(VerbsCommon.New, "HsmDeviceKey", DefaultParameterSetName = MakeSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(DeviceKey))]
public sealed class NewHsmDeviceKeyCommand : LineCmdlet
{
    private const string MakeSet = "Make";
    private const string ExistingSet = "Existing";
    private const string RowSet = "Row";
    private readonly DirectoriesSeen seen = new();
    private RowColumns? columns;
    private bool warnedOfId;

    /// <summary>What the device is told to be.</summary>
    [Parameter(ParameterSetName = MakeSet, Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Parameter(ParameterSetName = ExistingSet, Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [LiveObject]
    public SotaConfig? Config { get; set; }

    /// <summary>What all devices of a line are told to be; what is each one's own comes from its row.</summary>
    [Parameter(ParameterSetName = RowSet, Mandatory = true)]
    [ValidateNotNull]
    [LiveObject]
    public SotaConfig? BaseConfig { get; set; }

    /// <summary>The row itself: its columns are looked at, so that a misspelt one is an error. A column of your own is none.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The device name, usually its serial number; without it the UUID is used.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [Alias("DeviceName", "SerialNumber")]
    public string? Name { get; set; }

    /// <summary>The device UUID; without it one is found in the HSM or made.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    public string? Uuid { get; set; }

    /// <summary>The directory all paths of this device are below: its mounted image.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    public string? Root { get; set; }

    /// <summary>A directory of this machine that takes the place of this device's SOTA directory.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    /// <summary>The tags of this device, in place of the line's.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>The group of this device, in place of the line's.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Group")]
    public string? DeviceGroup { get; set; }

    /// <summary>The label of this device's token, in place of the line's.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TokenLabelCompleter))]
    public string? TokenLabel { get; set; }

    /// <summary>The serial number of this device's token, in place of the line's.</summary>
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TokenSerialCompleter))]
    public string? TokenSerial { get; set; }

    /// <summary>Replaces the key and the credentials that an earlier registration left.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What kind of key to make; without it EC on P-256, which is what LmP devices have.</summary>
    [Parameter(ParameterSetName = MakeSet)]
    [Parameter(ParameterSetName = RowSet)]
    public KeyAlgorithm? KeyAlgorithm { get; set; }

    /// <summary>
    /// Initialises the blank token even when it holds objects: they are lost. Without it such a token is refused, with
    /// <c>-Force</c> as well; a token that is initialised is never initialised again.
    /// </summary>
    [Parameter(ParameterSetName = MakeSet)]
    public SwitchParameter EraseToken { get; set; }

    /// <summary>Makes no key, and the certificate request for one that is in the token already.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ExistingSet)]
    public SwitchParameter UseExisting { get; set; }

    /// <summary>The existing key's label.</summary>
    [Parameter(ParameterSetName = ExistingSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KeyLabelCompleter))]
    public string? KeyLabel { get; set; }

    /// <summary>
    /// The existing key's id, in hex; or the id of the key and certificate of this device in a token that it shares with others.
    /// </summary>
    [Parameter(ParameterSetName = ExistingSet)]
    [Parameter(ParameterSetName = RowSet, ValueFromPipelineByPropertyName = true)]
    [ValidatePattern("^([0-9A-Fa-f]{2})*$")]
    [ArgumentCompleter(typeof(KeyIdCompleter))]
    public string? KeyId { get; set; }

    private protected override (int Id, string Activity) Progress => (11, "Making device keys");

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        columns = ParameterSetName == RowSet && MyInvocation.ExpectingInput ? RowColumns.Of(this, RowSet) : null;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        RequireKnownColumns();
        SotaConfig config;
        try
        {
            columns?.RequireAny(MyInvocation.BoundParameters.Keys);
            config = Config ?? Row().ApplyTo(BaseConfig!, this);
            if (IsLine || Config is null)
            {
                seen.Add(config);
            }
        }
        catch (AutoRegisterException e)
        {
            WriteFailure(e, Name ?? Uuid ?? Path ?? Root ?? (object?)Config ?? InputObject ?? (object)BaseConfig!);
            return;
        }

        if (config.Hsm is { Objects: { IsStandard: false, KeyId: { SuitsOtaClient: false } id } } && !warnedOfId)
        {
            warnedOfId = true;
            WriteWarning($"The id {id} is one that the OTA client's two programs do not agree on (they do on 01 to 09): devices with such ids are for programs of your own.");
        }

        string place = config.Hsm is null ? config.SotaPath : $"token '{config.Hsm.TokenLabel}' and {config.SotaPath}";
        if (ShouldProcess(place, Action()))
        {
            var enroller = new Enroller(new EnrollerOptions(), ObserverOf(config.Name ?? config.Uuid ?? config.SotaPath));
            KeyChoice choice = Choice(config);
            Process(token => Task.FromResult(enroller.MakeKey(config, choice, token)), config);
        }
        else
        {
            PipelineEnd.At(config, finished: false);
        }
    }

    // A wrong PIN tried once for each device would lock a token they share.
    private protected override bool StopsLine(AutoRegisterException failure) => failure.Id is ErrorId.HsmPinRejected or ErrorId.HsmSoPinRejected;

    // Every device of the list lacks what a misspelt column says: the line ends before the first.
    private void RequireKnownColumns()
    {
        try
        {
            columns?.Check(InputObject);
        }
        catch (AutoRegisterException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, InputObject));
        }
    }

    // A cell of a list that is empty says nothing.
    private DeviceRow Row() => new()
    {
        Name = Cell(Name),
        Uuid = Cell(Uuid),
        Root = Cell(Root) is string root ? this.FileSystemPath(root) : null,
        OutputPath = Cell(Path) is string path ? this.FileSystemPath(path) : null,
        Tags = Tag?.Where(tag => !string.IsNullOrEmpty(tag)).ToArray() is { Length: > 0 } tags ? tags : null,
        DeviceGroup = Cell(DeviceGroup),
        TokenLabel = Cell(TokenLabel),
        TokenSerial = Cell(TokenSerial),
        KeyId = Cell(KeyId),
    };

    private static string? Cell(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private string Action() => UseExisting ? "Make a certificate request for the existing key"
        : Force ? "Replace the device key and certificate request"
        : EraseToken ? "Erase the token if it is blank, and make a device key and certificate request"
        : "Make a device key and certificate request";

    // Named by parameters, else by the PKCS#11 URI of the configuration, else the one key there is.
    private KeyChoice Choice(SotaConfig config) => new()
    {
        Replace = Force,
        Algorithm = KeyAlgorithm,
        EraseToken = EraseToken,
        Existing = !UseExisting ? null
            : KeyLabel is null && Cell(KeyId) is null ? config.Hsm?.NamedKey ?? new KeyReference(null, null)
            : new KeyReference(KeyLabel, Cell(KeyId)?.ToLowerInvariant()),
    };
}

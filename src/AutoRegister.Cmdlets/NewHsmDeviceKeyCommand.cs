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
public sealed class NewHsmDeviceKeyCommand : DeviceRowCmdlet
{
    private const string MakeSet = "Make";
    private const string ExistingSet = "Existing";
    private readonly DirectoriesSeen seen = new();
    private bool warnedOfId;

    /// <summary>What the device is told to be.</summary>
    [Parameter(ParameterSetName = MakeSet, Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Parameter(ParameterSetName = ExistingSet, Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [LiveObject]
    public SotaConfig? Config { get; set; }

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
    protected override void ProcessRecord()
    {
        RequireKnownColumns();
        SotaConfig config;
        try
        {
            config = Config ?? ConfigOfRow(KeyId);
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
            var enroller = new Enroller(new EnrollerOptions { OnLine = IsLine }, ObserverOf(config.Name ?? config.Uuid ?? config.SotaPath));
            var choice = new KeyChoice { Replace = Force, Algorithm = KeyAlgorithm, EraseToken = EraseToken, Existing = UseExisting ? KeyChoice.Named(KeyLabel, Cell(KeyId), config) : null };
            Process(token => Task.FromResult(enroller.MakeKey(config, choice, token)), config);
        }
        else
        {
            PipelineEnd.At(config, finished: false);
        }
    }

    // A wrong PIN tried once for each device would lock a token they share.
    internal override bool StopsLine(AutoRegisterException failure) => failure.Id is ErrorId.HsmPinRejected or ErrorId.HsmSoPinRejected;

    private string Action() => UseExisting ? "Make a certificate request for the existing key"
        : Force ? "Replace the device key and certificate request"
        : EraseToken ? "Erase the token if it is blank, and make a device key and certificate request"
        : "Make a device key and certificate request";
}

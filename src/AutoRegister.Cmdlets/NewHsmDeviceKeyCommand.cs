using System.Management.Automation;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Keys;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Makes the device key, in the token where one is configured, else as a key file, and the certificate request for it.
/// Running it again continues what an interrupted run began.
/// </summary>
[Cmdlet(VerbsCommon.New, "HsmDeviceKey", DefaultParameterSetName = MakeSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(DeviceKey))]
public sealed class NewHsmDeviceKeyCommand : AutoRegisterCmdlet
{
    private const string MakeSet = "Make";
    private const string ExistingSet = "Existing";

    /// <summary>What the device is told to be.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public SotaConfig? Config { get; set; }

    /// <summary>Replaces the key and the credentials that an earlier registration left.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What kind of key to make; without it EC on P-256, which is what LmP devices have.</summary>
    [Parameter(ParameterSetName = MakeSet)]
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
    public string? KeyLabel { get; set; }

    /// <summary>The existing key's id, in hex.</summary>
    [Parameter(ParameterSetName = ExistingSet)]
    [ValidatePattern("^([0-9A-Fa-f]{2})+$")]
    public string? KeyId { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SotaConfig config = Config!;
        string place = config.Hsm is null ? config.SotaPath : $"token '{config.Hsm.TokenLabel}' and {config.SotaPath}";
        if (ShouldProcess(place, Action()))
        {
            var enroller = new Enroller(new EnrollerOptions(), this);
            WriteResult(token => Task.FromResult(enroller.MakeKey(config, Choice(config), token)), config);
        }
    }

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
            : KeyLabel is null && KeyId is null ? config.Hsm?.NamedKey ?? new KeyReference(null, null)
            : new KeyReference(KeyLabel, KeyId?.ToLowerInvariant()),
    };
}

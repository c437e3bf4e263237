using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Lists the slots and tokens of a PKCS#11 module, without a login; with <c>-Object</c> the keys and certificates in the
/// device's token, with one login. Changes nothing.
/// </summary>
[Cmdlet(VerbsCommon.Get, "HsmToken", DefaultParameterSetName = ModuleSet)]
[OutputType(typeof(HsmSlot), ParameterSetName = [ModuleSet, ConfigSet])]
[OutputType(typeof(HsmObject), ParameterSetName = [ObjectSet])]
public sealed class GetHsmTokenCommand : AutoRegisterCmdlet
{
    private const string ModuleSet = "Module";
    private const string ConfigSet = "Config";
    private const string ObjectSet = "Object";

    /// <summary>The PKCS#11 module, on this machine.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ModuleSet)]
    [Alias("HsmModule")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModulePathCompleter))]
    public string? ModulePath { get; set; }

    /// <summary>The string the module is given at initialisation, for the few that want one (NSS).</summary>
    [Parameter(ParameterSetName = ModuleSet)]
    [Alias("HsmModuleParameter")]
    [ValidateNotNullOrEmpty]
    public string? ModuleParameter { get; set; }

    /// <summary>What the device is told to be: names module and token, and has the PIN.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ConfigSet)]
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [ValidateNotNull]
    [LiveObject]
    public SotaConfig? Config { get; set; }

    /// <summary>Lists the keys and certificates in the device's token.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ObjectSet)]
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It is the parameter's name.")]
    public SwitchParameter Object { get; set; }

    /// <summary>Only tokens, or objects, with such a label; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TokenLabelCompleter))]
    public string[]? Label { get; set; }

    /// <summary>Only tokens with such a serial number; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = ModuleSet)]
    [Parameter(ParameterSetName = ConfigSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TokenSerialCompleter))]
    public string[]? Serial { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            if (Object)
            {
                WriteObjects(Hsm());
            }
            else if (Config is not null)
            {
                HsmSettings hsm = Hsm();
                WriteSlots(() => Pkcs11Module.Open(hsm, Streams));
            }
            else
            {
                string path = ModulePath!.Contains('/', StringComparison.Ordinal) ? this.FileSystemPath(ModulePath) : ModulePath;
                WriteSlots(() => Pkcs11Module.Open(path, ModuleParameter, Streams, timeout: null, new SettingSource(SettingSourceKind.Parameter, nameof(ModulePath))));
            }
        }
        catch (AutoRegisterException e)
        {
            WriteError(ErrorRecords.From(e, ModulePath ?? (object?)Config));
        }
    }

    private static bool IsLike(string text, string[]? patterns) =>
        patterns is null || Array.Exists(patterns, pattern => WildcardPattern.Get(pattern, WildcardOptions.None).IsMatch(text));

    private HsmSettings Hsm() => Config!.Hsm ?? throw new AutoRegisterException(
        ErrorId.HsmSettingMissing,
        "The device is told to have its key in a file: there is no token.",
        $"Write HSM_MODULE, HSM_PIN and HSM_SOPIN into {Config.Resolve(HsmSettings.DefaultFile)}.",
        Config);

    private void WriteSlots(Func<Pkcs11Module> open)
    {
        IReadOnlyList<HsmSlot> slots = Wait(_ =>
        {
            using Pkcs11Module module = open();
            return Task.FromResult(module.ListSlots());
        });
        WriteObject(slots.Where(slot => IsLike(slot.Label, Label) && IsLike(slot.Serial, Serial)), enumerateCollection: true);
    }

    private void WriteObjects(HsmSettings hsm)
    {
        IReadOnlyList<HsmObject> found = Wait(_ =>
        {
            using var session = TokenSession.Open(hsm, mayInitialize: false, Streams);
            return Task.FromResult(session.ListObjects());
        });
        WriteObject(found.Where(item => IsLike(item.Label, Label)), enumerateCollection: true);
    }
}

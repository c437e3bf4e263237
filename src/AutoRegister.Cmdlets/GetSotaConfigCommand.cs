using System.Management.Automation;
using System.Security;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Sota;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Reads what the device is told to be, from its files, the environment and the parameters, and shows for every value where
/// it came from. Changes nothing.
/// </summary>
[Cmdlet(VerbsCommon.Get, "SotaConfig")]
[OutputType(typeof(SotaConfig))]
public sealed class GetSotaConfigCommand : AutoRegisterCmdlet
{
    /// <summary>The directory all device paths are below, as systemctl's <c>--root</c>: a mounted image, or a test.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>
    /// A directory of this machine that takes the place of the device's SOTA directory: on a station that has no image of the
    /// device, key, journal and credentials are made there.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The OTA client's directory, as the device sees it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("SotaDir")]
    [ValidateNotNullOrEmpty]
    public string? SotaDirectory { get; set; }

    /// <summary>The factory.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(FactoryCompleter))]
    public string? Factory { get; set; }

    /// <summary>The tags whose targets the device follows.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>The hardware id.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("HwId")]
    [ArgumentCompleter(typeof(HardwareIdCompleter))]
    public string? HardwareId { get; set; }

    /// <summary>The device name; without it the UUID is used.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("DeviceName", "SerialNumber")]
    public string? Name { get; set; }

    /// <summary>Names the device after its <c>/etc/hostname</c>.</summary>
    [Parameter]
    public SwitchParameter UseHostname { get; set; }

    /// <summary>The device UUID; without it one is found in the HSM or made.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Uuid { get; set; }

    /// <summary>Accepts a UUID that does not have the form 8-4-4-4-12.</summary>
    [Parameter]
    public SwitchParameter SkipUuidValidation { get; set; }

    /// <summary>Marks the device as a production device.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter Production { get; set; }

    /// <summary>The device group.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Group")]
    public string? DeviceGroup { get; set; }

    /// <summary>The apps to run; without it those in the image, or all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Apps")]
    [AllowEmptyCollection]
    public string[]? App { get; set; }

    /// <summary>The restorable apps; an empty list leaves it to the image.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("RestorableApps")]
    [AllowEmptyCollection]
    public string[]? RestorableApp { get; set; }

    /// <summary>Whether the OSTree proxy server is used; it is unless told otherwise.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public bool? UseOstreeServer { get; set; }

    /// <summary>The registration endpoint.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? DeviceApi { get; set; }

    /// <summary>The base of the OAuth device flow.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? OAuthBase { get; set; }

    /// <summary>The API token.</summary>
    [Parameter]
    public SecureString? ApiToken { get; set; }

    /// <summary>A file with the API token, on this machine.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ApiTokenPath { get; set; }

    /// <summary>
    /// Looks for no API token but one given here: a person authorises the device in a browser. Without it that happens only
    /// at an interactive terminal, when there is no token.
    /// </summary>
    [Parameter]
    public SwitchParameter DeviceAuthorization { get; set; }

    /// <summary>The header that carries the API token.</summary>
    [Parameter]
    public string? ApiTokenHeader { get; set; }

    /// <summary>
    /// Keys that the server's sota.toml may have besides the known ones: <c>section.key</c>, or <c>section.key:kind</c> with one of text,
    /// path, url, source, number, flag, count and switch. Without it those of <c>/etc/sota/toml-keys</c>.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[]? AllowTomlKey { get; set; }

    /// <summary>The PKCS#11 module, on this machine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ModulePathCompleter))]
    public string? HsmModule { get; set; }

    /// <summary>The token's user PIN.</summary>
    [Parameter]
    public SecureString? HsmPin { get; set; }

    /// <summary>The token's SO PIN, used only to initialise a blank token.</summary>
    [Parameter]
    public SecureString? HsmSoPin { get; set; }

    /// <summary>The token's label.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TokenLabelCompleter))]
    public string? TokenLabel { get; set; }

    /// <summary>The token's serial number, where several have the label.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TokenSerialCompleter))]
    public string? TokenSerial { get; set; }

    /// <summary>
    /// A PKCS#11 URI (RFC 7512) in place of single parameters: token, serial, manufacturer, model, object, id, module-path and
    /// pin-source=file:.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Pkcs11Uri { get; set; }

    /// <summary>The string the module is given at initialisation, for the few that want one (NSS).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? HsmModuleParameter { get; set; }

    /// <summary>Makes a software key, whatever the hsm file says.</summary>
    [Parameter]
    public SwitchParameter NoHsm { get; set; }

    /// <summary>Accepts plain http to any address: the API token travels in the clear.</summary>
    [Parameter]
    public SwitchParameter AllowPlainHttp { get; set; }

    /// <summary>
    /// Reads what <c>lmp-device-register</c> reads and no more: parameters, <c>/etc/os-release</c>, and the environment's
    /// DEVICE_FACTORY, DEVICE_API, OAUTH_BASE and PRODUCTION.
    /// </summary>
    [Parameter]
    public SwitchParameter IgnoreDeviceFiles { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            string root = Root is null ? "/" : this.FileSystemPath(Root);
            string? output = Path is null ? null : this.FileSystemPath(Path);
            using SotaConfigOptions options = Options(root);
            SotaConfigOptions chosen = options with
            {
                SkipApiToken = DeviceAuthorization,
                ApiTokenOptional = Terminal.HasPerson || IsRegistered(options, output),
            };
            SotaConfig config = new SotaConfigReader(chosen, Environment.GetEnvironmentVariable, this).Read();

            // Behind the last cmdlet somebody waits for it, and owns it from then on.
            bool isLast = MyInvocation.PipelinePosition == MyInvocation.PipelineLength;
            WriteObject(config with { DeviceAuthorization = DeviceAuthorization, OutputPath = output, SecretOwner = isLast ? SecretOwner.Holder : SecretOwner.Pipeline });
        }
        catch (AutoRegisterException e)
        {
            // Of a row the name says more than a value that many rows have.
            WriteError(MyInvocation.ExpectingInput ? ErrorRecords.Of(e, Name ?? Uuid ?? Path ?? Root) : ErrorRecords.From(e, Root));
        }
    }

    /// <summary>A registered device needs no token any more, and may have deleted it. What is wrong with it is for New-HsmDeviceKey to say.</summary>
    private static bool IsRegistered(SotaConfigOptions options, string? output)
    {
        string sotaPath = output ?? RootedPath.Resolve(options.Root!, options.SotaDirectory ?? SotaConfig.DefaultSotaDirectory);
        return InstalledCredentials.Inspect(sotaPath).Toml is not null;
    }

    private SotaConfigOptions Options(string root) => new()
    {
        Root = root,
        SotaDirectory = SotaDirectory,
        Factory = Factory,
        Tags = Tag,
        HardwareId = HardwareId,
        Name = Name,
        UseHostname = Given(UseHostname),
        Uuid = Uuid,
        ValidateUuid = SkipUuidValidation ? false : null,
        Production = Given(Production),
        DeviceGroup = DeviceGroup,
        Apps = App,
        RestorableApps = RestorableApp,
        UseOstreeServer = UseOstreeServer,
        DeviceApi = DeviceApi,
        OAuthBase = OAuthBase,
        ApiToken = ApiToken.ToSecret(),
        ApiTokenPath = ApiTokenPath is null ? null : this.FileSystemPath(ApiTokenPath),
        ApiTokenHeader = ApiTokenHeader,
        AllowTomlKeys = AllowTomlKey,
        HsmModule = HsmModule,
        HsmPin = HsmPin.ToSecret(),
        HsmSoPin = HsmSoPin.ToSecret(),
        TokenLabel = TokenLabel,
        TokenSerial = TokenSerial,
        Pkcs11Uri = Pkcs11Uri,
        HsmModuleParameter = HsmModuleParameter,
        NoHsm = NoHsm,
        AllowPlainHttp = Given(AllowPlainHttp),
        IgnoreDeviceFiles = IgnoreDeviceFiles,
    };

    private static bool? Given(SwitchParameter parameter) => parameter.IsPresent ? true : null;
}

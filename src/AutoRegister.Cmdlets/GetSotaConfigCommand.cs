using System.Management.Automation;
using System.Security;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Sota;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Reads what the device is told to be, from its files, the environment and the parameters, and shows for every value where
/// it came from. Changes nothing.
/// </summary>
[Cmdlet(VerbsCommon.Get, "SotaConfig")]
[OutputType(typeof(SotaConfig))]
public sealed class GetSotaConfigCommand : DeviceSettingCmdlet
{
    /// <summary>
    /// A directory of this machine that takes the place of the device's SOTA directory: on a station that has no image of the
    /// device, key, journal and credentials are made there.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

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

    /// <summary>The token's user PIN.</summary>
    [Parameter]
    public SecureString? HsmPin { get; set; }

    /// <summary>The token's SO PIN, used only to initialise a blank token.</summary>
    [Parameter]
    public SecureString? HsmSoPin { get; set; }

    /// <summary>The string the module is given at initialisation, for the few that want one (NSS).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? HsmModuleParameter { get; set; }

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
            using SotaConfigOptions options = Options();
            string? output = Path is null ? null : this.FileSystemPath(Path);
            SotaConfigOptions chosen = options with { ApiTokenOptional = ApiTokenNeed.IsOptional(options, output, Terminal.HasPerson) };
            SotaConfig config = Wait(_ => Task.FromResult(new SotaConfigReader(chosen, Environment.GetEnvironmentVariable, Streams).Read()));

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

    private protected override SotaConfigOptions Options() => base.Options() with
    {
        OAuthBase = OAuthBase,
        ApiToken = ApiToken.ToSecret(),
        ApiTokenPath = ApiTokenPath is null ? null : this.FileSystemPath(ApiTokenPath),
        ApiTokenHeader = ApiTokenHeader,
        SkipApiToken = DeviceAuthorization,
        AllowTomlKeys = AllowTomlKey,
        HsmPin = HsmPin.ToSecret(),
        HsmSoPin = HsmSoPin.ToSecret(),
        HsmModuleParameter = HsmModuleParameter,
        IgnoreDeviceFiles = IgnoreDeviceFiles,
    };
}

using System.Management.Automation;
using AutoRegister.Core.Configuration;

namespace AutoRegister.Cmdlets;

/// <summary>
/// The settings that every cmdlet takes which reads what a device is told to be: where its files are, and which factory and token it
/// has. What they are called elsewhere says the catalogue of settings.
/// </summary>
public abstract class SettingCmdlet : AutoRegisterCmdlet
{
    /// <summary>The directory all device paths are below, as systemctl's <c>--root</c>: a mounted image, or a test.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>The OTA client's directory, as the device sees it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("SotaDir")]
    [ValidateNotNullOrEmpty]
    public string? SotaDirectory { get; set; }

    /// <summary>The factory.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(FactoryCompleter))]
    public string? Factory { get; set; }

    /// <summary>The registration endpoint.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? DeviceApi { get; set; }

    /// <summary>The PKCS#11 module, on this machine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ModulePathCompleter))]
    public string? HsmModule { get; set; }

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

    /// <summary>Looks for no token, whatever the hsm file says.</summary>
    [Parameter]
    public SwitchParameter NoHsm { get; set; }

    /// <summary>Accepts plain http to any address: the API token travels in the clear.</summary>
    [Parameter]
    public SwitchParameter AllowPlainHttp { get; set; }

    /// <summary>What these parameters say.</summary>
    /// <returns>The options; they own the secrets in them.</returns>
    private protected virtual SotaConfigOptions Options() => new()
    {
        Root = Root is null ? "/" : this.FileSystemPath(Root),
        SotaDirectory = SotaDirectory,
        Factory = Factory,
        DeviceApi = DeviceApi,
        HsmModule = HsmModule,
        TokenLabel = TokenLabel,
        TokenSerial = TokenSerial,
        Pkcs11Uri = Pkcs11Uri,
        NoHsm = NoHsm,
        AllowPlainHttp = Given(AllowPlainHttp),
    };

    /// <summary>A switch that is on; one that is off leaves the setting to its other layers.</summary>
    private protected static bool? Given(SwitchParameter parameter) => parameter.IsPresent ? true : null;
}

using System.Management.Automation;
using AutoRegister.Core.Configuration;

namespace AutoRegister.Cmdlets;

/// <summary>The settings that say who a device is to its factory, besides those that every cmdlet takes.</summary>
public abstract class DeviceSettingCmdlet : SettingCmdlet
{
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

    private protected override SotaConfigOptions Options() => base.Options() with
    {
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
    };
}

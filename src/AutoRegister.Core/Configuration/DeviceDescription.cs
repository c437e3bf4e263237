namespace AutoRegister.Core.Configuration;

/// <summary>
/// Who a device is: what its factory is told of it, whatever machine does that. It has no secret, and no path, address or module of a
/// machine.
/// </summary>
public record DeviceDescription
{
    /// <summary>Nobody yet.</summary>
    internal static DeviceDescription Unknown { get; } = new() { Factory = string.Empty, Tags = [], HardwareId = string.Empty };

    /// <summary>The factory; the OU of the device certificate.</summary>
    public required string Factory { get; init; }

    /// <summary>The tags whose targets the OTA client follows; usually one.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The hardware id (<c>LMP_MACHINE</c>).</summary>
    public required string HardwareId { get; init; }

    /// <summary>The device name, when one was chosen; else the UUID is used.</summary>
    public string? Name { get; init; }

    /// <summary>The UUID, when one was chosen; else one is found or made.</summary>
    public string? Uuid { get; init; }

    /// <summary>Whether a chosen UUID must have the form 8-4-4-4-12.</summary>
    public bool ValidateUuid { get; init; } = true;

    /// <summary>Whether this is a production device (<c>businessCategory=production</c> in the CSR).</summary>
    public bool Production { get; init; }

    /// <summary>The device group, when one was chosen.</summary>
    public string? DeviceGroup { get; init; }

    /// <summary>The apps to run; empty means all apps of the target.</summary>
    public IReadOnlyList<string> Apps { get; init; } = [];

    /// <summary>
    /// The restorable apps. <see langword="null"/>: not told (upstream's default, a blank). Empty: disabled unless the image
    /// is preloaded with restorable apps. Else: these, besides <see cref="Apps"/>.
    /// </summary>
    public IReadOnlyList<string>? RestorableApps { get; init; }

    /// <summary>Whether the OSTree proxy server is used.</summary>
    public bool UseOstreeServer { get; init; } = true;
}

using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Transfer;

/// <summary>What a device is told to be, without what is a secret and without what only one machine knows (paths, modules, PINs).</summary>
public sealed record EnrollmentDevice
{
    /// <summary>The factory.</summary>
    public required string Factory { get; init; }

    /// <summary>The tags.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The hardware id.</summary>
    public required string HardwareId { get; init; }

    /// <summary>The device name, when one was chosen.</summary>
    public string? Name { get; init; }

    /// <summary>The UUID, when one was chosen.</summary>
    public string? Uuid { get; init; }

    /// <summary>Whether a chosen UUID must have the form 8-4-4-4-12.</summary>
    public bool ValidateUuid { get; init; } = true;

    /// <summary>Whether this is a production device.</summary>
    public bool Production { get; init; }

    /// <summary>The device group, when one was chosen.</summary>
    public string? DeviceGroup { get; init; }

    /// <summary>The apps to run; empty means all apps of the target.</summary>
    public IReadOnlyList<string> Apps { get; init; } = [];

    /// <summary>The restorable apps; <see langword="null"/>: not told.</summary>
    public IReadOnlyList<string>? RestorableApps { get; init; }

    /// <summary>Whether the OSTree proxy server is used.</summary>
    public bool UseOstreeServer { get; init; } = true;

    /// <summary>The registration endpoint, unless the machine that sends the request has another.</summary>
    public required Uri DeviceApi { get; init; }

    /// <summary>The base of the OAuth device flow, unless the machine that sends the request has another.</summary>
    public required Uri OAuthBase { get; init; }

    /// <summary>The header that carries the API token, unless the machine that sends the request has another.</summary>
    public required string ApiTokenHeader { get; init; }

    /// <summary>The token that holds the key; <see langword="null"/> for a key file.</summary>
    public TokenReference? Token { get; init; }
}

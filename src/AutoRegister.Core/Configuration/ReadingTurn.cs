namespace AutoRegister.Core.Configuration;

/// <summary>
/// When a setting is read: in the order in which upstream finds problems, so that of several the same one is named. First what
/// <c>lmp-device-auto-register</c> checks, then what <c>lmp-device-register</c> does. Within a turn the catalogue's order counts.
/// </summary>
internal enum ReadingTurn
{
    /// <summary>Where the files are.</summary>
    Directories,

    /// <summary><c>/etc/sota/tag</c>.</summary>
    TagFile,

    /// <summary><c>USE_HOSTNAME</c>.</summary>
    HostName,

    /// <summary>The API token.</summary>
    ApiToken,

    /// <summary><c>/etc/sota/hsm</c>.</summary>
    Hsm,

    /// <summary><c>APPS</c>.</summary>
    Apps,

    /// <summary><c>/etc/os-release</c>, and what <c>lmp-device-register</c> checks of its options.</summary>
    Image,

    /// <summary>What upstream has compiled in or does not check.</summary>
    Unchecked,
}

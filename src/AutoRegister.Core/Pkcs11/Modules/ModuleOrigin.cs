using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>Who named a module, for messages.</summary>
/// <param name="Source">Where its path came from; <see langword="null"/> where nobody said.</param>
/// <param name="FilePath">The hsm file of the device it is for, as whoever reads messages can open it.</param>
/// <param name="Timeout">Where the time came from that one call may take; <see langword="null"/> where nobody said.</param>
internal sealed record ModuleOrigin(SettingSource? Source, string FilePath = HsmSettings.DefaultFile, SettingSource? Timeout = null)
{
    /// <summary>The module of a configuration.</summary>
    public static ModuleOrigin Of(HsmSettings hsm) => new(hsm.ModuleSource, hsm.FilePath, hsm.CallTimeoutSource);
}

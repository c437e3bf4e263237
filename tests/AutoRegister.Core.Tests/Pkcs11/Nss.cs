using AutoRegister.Core.Base;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>NSS's software token with a database of its own: the module that differs most from SoftHSM2.</summary>
internal sealed class Nss : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("nss-").FullName;
    private readonly Secret pin = SoftHsm.Secret(SoftHsm.PinText);

    // NSS sets up a new database with an empty SO PIN only.
    private readonly Secret soPin = SoftHsm.Secret(string.Empty);

    public static string? ModulePath { get; } = Directory.EnumerateDirectories("/usr/lib")
        .Append("/usr/lib").SelectMany(d => new[] { Path.Combine(d, "libsoftokn3.so"), Path.Combine(d, "nss/libsoftokn3.so") }).FirstOrDefault(File.Exists);

    /// <summary>Settings for a token that has the label, or that ignores it and has NSS's own.</summary>
    public HsmSettings Settings(bool withLabel = true) => new()
    {
        ModulePath = ModulePath!,
        Pin = pin,
        SoPin = soPin,
        ModuleParameters = $"configdir='sql:{directory}' certPrefix='' keyPrefix='' secmod='secmod.db' flags=internalKeySlot" + (withLabel ? " dbTokenDescription='aktualizr'" : string.Empty),
    };

    public void Dispose()
    {
        pin.Dispose();
        soPin.Dispose();
        Directory.Delete(directory, recursive: true);
    }
}

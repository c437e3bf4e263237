using System.Text.Json;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.SoftHsm;

/// <summary>
/// On which machine the key in a SoftHSM2 token was made: a file beside the token's own, so that it is copied with them. SoftHSM2
/// reads files that end in <c>.object</c> only, and removes all of them with the token.
/// </summary>
internal static class SoftHsmOrigin
{
    private const string FileName = "autoregister-origin.json";

    /// <summary>Says that this machine is about to make a key.</summary>
    /// <param name="serial">The token's serial number.</param>
    /// <param name="environment">What the module found in the environment.</param>
    /// <exception cref="Errors.AutoRegisterException"><see cref="Errors.ErrorId.WriteFailed"/>.</exception>
    public static void Mark(string serial, JournalOrigin here, ModuleVariables environment)
    {
        lock (SoftHsmStorage.Writing)
        {
            foreach (string directory in Directories(serial, environment))
            {
                AtomicFile.Write(Path.Join(directory, FileName), JsonSerializer.SerializeToUtf8Bytes(MachineOf(here), OriginJson.Default.JournalOrigin), AtomicFile.OwnerOnly);
            }
        }
    }

    /// <summary>Finds out whether another machine made the key.</summary>
    /// <param name="serial">The token's serial number.</param>
    /// <param name="environment">What the module found in the environment.</param>
    /// <returns>What shows it, as a part of a sentence; <see langword="null"/> when nothing does.</returns>
    public static string? FindDifference(string serial, JournalOrigin here, ModuleVariables environment) =>
        Directories(serial, environment).Select(directory => Read(Path.Join(directory, FileName))?.FindDifference(MachineOf(here))).FirstOrDefault(difference => difference is not null);

    // A token's directory may be restored from a copy on the machine itself: only the machine counts.
    private static JournalOrigin MachineOf(JournalOrigin origin) => origin with { Born = string.Empty };

    private static IEnumerable<string> Directories(string serial, ModuleVariables environment) =>
        SoftHsmStorage.TokenDirectories(environment).Where(directory => SoftHsmStorage.SerialOf(directory) == serial);

    private static JournalOrigin? Read(string path)
    {
        try
        {
            return SmallFile.TryReadOwn(path) is byte[] mark ? JsonSerializer.Deserialize(mark, OriginJson.Default.JournalOrigin) : null;
        }
        catch (JsonException)
        {
            // An incomplete mark shows nothing; what is in the token is judged as if there were none.
            return null;
        }
    }
}

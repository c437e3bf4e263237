using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Credentials;

/// <summary>The directory the OTA client keeps its credentials in. It refuses one that others may write.</summary>
internal static class SotaDirectory
{
    /// <summary>Makes the directory this user's, with mode 0700. A corrected owner is a warning.</summary>
    /// <param name="path">The directory; it exists.</param>
    /// <param name="observer">Hears what is corrected.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SotaDirectoryUnusable"/> when it cannot be corrected.</exception>
    internal static void Restrict(string path, IRegistrationObserver observer)
    {
        try
        {
            using SafeFileHandle directory = Posix.OpenDirectory(path);
            uint owner = Posix.OwnerOf(directory, path);
            if (owner != Posix.EffectiveUser())
            {
                observer.ReportWarning($"'{path}' belongs to user {owner}: it is given to user {Posix.EffectiveUser()}, because the OTA client refuses a directory that others may write.");
                Posix.ChangeOwner(directory, Posix.EffectiveUser(), path);
            }

            if (File.GetUnixFileMode(directory) != AtomicFile.OwnerOnlyDirectory)
            {
                File.SetUnixFileMode(directory, AtomicFile.OwnerOnlyDirectory);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AutoRegisterException(
                ErrorId.SotaDirectoryUnusable,
                $"'{path}' cannot be made the registering user's own, with mode 0700: {e.Message}",
                $"Give it to the user that registers the device, usually root: chown root '{path}' && chmod 0700 '{path}'",
                path,
                e);
        }
    }
}

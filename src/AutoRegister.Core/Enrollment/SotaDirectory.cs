using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.OtaClient;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Enrollment;

/// <summary>The directory the OTA client keeps its credentials in. It refuses one that others may write.</summary>
internal static class SotaDirectory
{
    /// <summary>
    /// Makes sure that what is in the directory is ours, before any of it is read: what others could write is set aside. One that
    /// nobody else may write to stays as it is.
    /// </summary>
    /// <param name="path">The directory; it exists, and the caller holds its lock.</param>
    /// <param name="root">The directory all device paths are below.</param>
    /// <param name="observer">Hears what is corrected and set aside.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SotaDirectoryUnusable"/> when it cannot be corrected; <see cref="ErrorId.DirectoryNotTrusted"/>; <see cref="ErrorId.OtaClientRunning"/>.</exception>
    internal static void Claim(string path, string root, IRegistrationObserver observer)
    {
        DirectoryTrust.Require(path);
        Change(
            path,
            $"Others could prepare what is in it: move '{path}' away, or empty it and give it to the user that registers the device, usually root.",
            () => ForeignContents.SetAside(path, () => OtaClientLock.RequireStopped(root), observer));
    }

    /// <summary>Gives the directory mode 0700, and warns of others than everybody who could exchange it.</summary>
    /// <param name="path">The directory; it exists.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SotaDirectoryUnusable"/> when it cannot be corrected.</exception>
    internal static void Restrict(string path, IRegistrationObserver observer)
    {
        if (DirectoryTrust.FindDoubt(path) is (string words, string remedy))
        {
            observer.ReportWarning($"{words} {remedy}");
        }

        Change(
            path,
            $"Give it to the user that registers the device, usually root: chown root '{path}' && chmod 0700 '{path}'",
            () =>
            {
                using SafeFileHandle directory = Posix.OpenDirectory(path);
                if (File.GetUnixFileMode(directory) != DurableDirectory.OwnerOnly)
                {
                    File.SetUnixFileMode(directory, DurableDirectory.OwnerOnly);
                }
            });
    }

    private static void Change(string path, string remedy, Action change)
    {
        try
        {
            change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AutoRegisterException(
                ErrorId.SotaDirectoryUnusable, $"'{path}' cannot be made the registering user's own, with mode 0700: {e.Message}", remedy, path, e);
        }
    }
}

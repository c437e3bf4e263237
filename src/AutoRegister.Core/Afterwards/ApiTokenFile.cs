using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Afterwards;

/// <summary>The file with the API token, which a registered device has no use for any more.</summary>
public static class ApiTokenFile
{
    /// <summary>Deletes it durably, and a link that leads to it; it need not exist.</summary>
    /// <param name="config">Says which file it is.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ApiTokenNotRemoved"/>.</exception>
    public static bool Remove(SotaConfig config, IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(observer);
        if (config.ApiTokenFile is not string path)
        {
            return false;
        }

        try
        {
            using var file = OwnersFile.Find(path, create: false);
            if (file is not { Status: FileStatus status })
            {
                return false;
            }

            if (status is not { IsRegular: true, Links: 1 })
            {
                throw new IOException(status.IsRegular ? $"it has {status.Links} names (hard links), and would stay under the others" : "it is no regular file");
            }

            AtomicFile.Delete(file.StablePath);

            // What led there leads nowhere now.
            AtomicFile.Delete(path);
        }
        catch (Exception e) when (e is AutoRegisterException or IOException)
        {
            throw new AutoRegisterException(
                ErrorId.ApiTokenNotRemoved,
                $"The device is registered, and the API token stays in '{path}': {e.InnerException?.Message ?? e.Message}.",
                $"Delete '{path}', or let the unit write there (ReadWritePaths=).",
                path,
                e);
        }

        observer.ReportStep($"Removed the API token from '{path}'");
        return true;
    }
}

using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Storage;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// Puts the credentials in place, each file durable before the next one begins. <c>sota.toml</c> is the last: it is the commit
/// mark, and everything it names is there when it is.
/// </summary>
internal static class CredentialWriter
{
    /// <summary>Writes the files of a checked answer.</summary>
    /// <param name="config">Where to, and which token <c>sota.toml</c> names.</param>
    /// <param name="toml">Its <c>sota.toml</c>, fit for this device, as it is written.</param>
    /// <param name="journal">Has the software key, where there is no token, and knows where files are written.</param>
    /// <returns>The files, full paths, in the order they were written.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>, <see cref="ErrorId.ReadFailed"/> or, without the key's file, <see cref="ErrorId.RegistrationIncomplete"/>.</exception>
    internal static IReadOnlyList<string> Write(SotaConfig config, RegistrationAnswer answer, byte[] toml, EnrollmentJournal journal)
    {
        List<string> written = [];
        string directory = config.SotaPath;
        foreach (string name in CredentialFileNames.Known.Where(name => name != CredentialFileNames.SotaToml))
        {
            if (answer.Files.TryGetValue(name, out string? content))
            {
                Put(journal.Storage, written, Path.Join(directory, name), Encoding.UTF8.GetBytes(content), AtomicFile.WorldReadable);
            }
        }

        string keyPath = Path.Join(directory, CredentialFileNames.PrivateKey);
        if (config.Hsm is null)
        {
            Put(journal.Storage, written, keyPath, journal.ReadKey() ?? throw Gone(journal.PrivateKeyPath), AtomicFile.OwnerOnly);
        }
        else
        {
            // A key file of an earlier registration would be a private key that nothing uses and nobody guards.
            AtomicFile.Delete(keyPath);
        }

        DeleteRotated(directory);
        journal.Storage.Settle();
        Put(journal.Storage, written, Path.Join(directory, CredentialFileNames.SotaToml), toml, AtomicFile.OwnerOnly);
        journal.Storage.Settle();
        return written;
    }

    // A device that is registered anew: the OTA client had renewed the key and certificate before, and its files have names of their own.
    private static void DeleteRotated(string directory)
    {
        if (SotaFile.TryReadText(Path.Join(directory, CredentialFileNames.SotaToml)) is string text && SotaToml.TryParse(text, out _) is SotaToml before)
        {
            foreach (string name in new[] { before.KeyFile, before.CertificateFile }.Except([CredentialFileNames.PrivateKey, CredentialFileNames.ClientCertificate]))
            {
                AtomicFile.Delete(Path.Join(directory, name));
            }
        }
    }

    private static AutoRegisterException Gone(string path) => new(
        ErrorId.RegistrationIncomplete, $"The private key '{path}' is not there any more.", "Begin again with New-HsmDeviceKey.", path);

    private static void Put(IDeviceStorage storage, List<string> written, string path, byte[] content, UnixFileMode mode)
    {
        try
        {
            storage.Place(path, content, mode);
            written.Add(path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Sota;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// Puts the credentials in place, each file durable before the next one begins. <c>sota.toml</c> is the last: it is the commit
/// mark, and everything it names is there when it is.
/// </summary>
internal static class CredentialWriter
{
    /// <summary>Writes the files of a checked answer.</summary>
    /// <param name="config">Where to, and which token <c>sota.toml</c> names.</param>
    /// <param name="toml">Its <c>sota.toml</c>, fit for this device.</param>
    /// <param name="privateKeyPath">The software key's file in the journal; not used with a token.</param>
    /// <returns>The files, full paths, in the order they were written.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>, <see cref="ErrorId.ReadFailed"/> or, without the key's file, <see cref="ErrorId.RegistrationIncomplete"/>.</exception>
    internal static IReadOnlyList<string> Write(SotaConfig config, RegistrationAnswer answer, SotaToml toml, string privateKeyPath)
    {
        List<string> written = [];
        string directory = config.SotaPath;
        foreach (string name in CredentialFileNames.Known.Where(name => name != CredentialFileNames.SotaToml))
        {
            if (answer.Files.TryGetValue(name, out string? content))
            {
                Put(written, Path.Join(directory, name), Encoding.UTF8.GetBytes(content), AtomicFile.WorldReadable);
            }
        }

        string keyPath = Path.Join(directory, CredentialFileNames.PrivateKey);
        if (config.Hsm is null)
        {
            Put(written, keyPath, SmallFile.TryReadOwn(privateKeyPath) ?? throw Gone(privateKeyPath), AtomicFile.OwnerOnly);
        }
        else
        {
            // A key file of an earlier registration would be a private key that nothing uses and nobody guards.
            AtomicFile.Delete(keyPath);
        }

        var record = RegistrationRecord.Of(config.Name, config.DeviceGroup, answer);
        Put(written, Path.Join(directory, CredentialFileNames.SotaToml), toml.Encode(config.Hsm, config.Decisions, record), AtomicFile.OwnerOnly);
        return written;
    }

    private static AutoRegisterException Gone(string path) => new(
        ErrorId.RegistrationIncomplete, $"The private key '{path}' is not there any more.", "Begin again with New-HsmDeviceKey.", path);

    private static void Put(List<string> written, string path, byte[] content, UnixFileMode mode)
    {
        try
        {
            AtomicFile.Write(path, content, mode);
            written.Add(path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}

using System.Security.Cryptography;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Sota;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Afterwards;

/// <summary>
/// Hands a registered device's credentials over: a folder to pack, or a mounted medium. The station's own directory stays as
/// it is, because it is what a later run knows the device by.
/// </summary>
public static class CredentialCopy
{
    /// <summary>Copies the credentials, <c>sota.toml</c> last; what is there already and the same is left alone.</summary>
    /// <param name="exported">The credentials in the station's directory.</param>
    /// <param name="path">Where to; made when it is missing, mode 0700.</param>
    /// <returns>The same credentials, there.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.AlreadyRegistered"/>: another device's are there; or <see cref="ErrorId.WriteFailed"/>.</exception>
    public static ExportedCredentials Copy(ExportedCredentials exported, string path)
    {
        ArgumentNullException.ThrowIfNull(exported);
        string target = Path.GetFullPath(path);
        if (target == Path.GetFullPath(exported.Path))
        {
            return exported;
        }

        RequireOurs(exported, target);
        DurableDirectory.Create(target);
        List<string> copies = [];
        foreach (string file in exported.Files.OrderBy(file => file.EndsWith('/' + CredentialFileNames.SotaToml, StringComparison.Ordinal)))
        {
            string copy = Path.Join(target, Path.GetFileName(file));
            CopyFile(file, copy);
            copies.Add(copy);
        }

        return exported with { Path = target, Files = copies, KeyLocation = exported.KeyLocation.StartsWith('/') ? Path.Join(target, CredentialFileNames.PrivateKey) : exported.KeyLocation };
    }

    private static void RequireOurs(ExportedCredentials exported, string target)
    {
        string certificate = Path.Join(target, CredentialFileNames.ClientCertificate);
        string? uuid = File.Exists(certificate) ? TryReadUuid(certificate) : null;
        if (uuid is not null && uuid != exported.Uuid)
        {
            throw new AutoRegisterException(
                ErrorId.AlreadyRegistered,
                $"'{target}' has the credentials of another device ({Printable.Text(uuid)}).",
                "Give each device a directory of its own, or empty this one.",
                target);
        }
    }

    private static string? TryReadUuid(string certificate)
    {
        try
        {
            return IssuedCertificate.Parse(SmallFile.ReadText(certificate)).CommonName;
        }
        catch (AutoRegisterException)
        {
            // Half of a copy that was cut off: it is written again.
            return null;
        }
    }

    private static void CopyFile(string from, string to)
    {
        byte[] content = SmallFile.Read(from);
        try
        {
            UnixFileMode mode = File.GetUnixFileMode(from);
            if (!IsSame(to, content, mode))
            {
                AtomicFile.Write(to, content, mode);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static bool IsSame(string path, byte[] content, UnixFileMode mode)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != content.Length || File.GetUnixFileMode(path) != mode)
        {
            return false;
        }

        byte[] there = SmallFile.Read(path);
        bool same = there.AsSpan().SequenceEqual(content);
        CryptographicOperations.ZeroMemory(there);
        return same;
    }
}

using System.Security.Cryptography;
using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Factory.Pki;

/// <summary>Files with keys, PINs and passphrases: read only where nobody else can read them.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads a file; the caller zeroes the bytes.</summary>
    /// <param name="what">What it holds, for messages.</param>
    /// <param name="remedy">What to do where it is missing.</param>
    /// <exception cref="ExitException">It is missing, cannot be read, or others may read it.</exception>
    public static byte[] Read(string path, string what, string remedy)
    {
        try
        {
            byte[] content = SmallFile.Read(path);
            if (OpenTo(path) is not { } others)
            {
                return content;
            }

            CryptographicOperations.ZeroMemory(content);
            throw new ExitException(ExitCode.Configuration, $"{path} holds {what} and is open to {others}: chmod 600 it, and think about who has read it");
        }
        catch (FileNotFoundException)
        {
            throw new ExitException(ExitCode.Configuration, $"{path} is missing, which holds {what}: {remedy}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExitException(ExitCode.Configuration, $"{path}, which holds {what}, cannot be read ({e.Message}): give it to the user that lmp-factory runs as");
        }
    }

    /// <summary>Reads a PIN or a passphrase: one line, without the line feed that an editor puts behind it. The caller zeroes the bytes.</summary>
    public static byte[] ReadLine(string path, string what, string remedy)
    {
        byte[] content = Read(path, what, remedy);
        Span<byte> line = content.AsSpan().TrimEnd("\r\n"u8);
        if (line.IsEmpty || line.ContainsAny((byte)'\r', (byte)'\n'))
        {
            CryptographicOperations.ZeroMemory(content);
            throw new ExitException(ExitCode.Configuration, $"{path} must hold {what}, one line and nothing else");
        }

        byte[] copy = line.ToArray();
        CryptographicOperations.ZeroMemory(content);
        return copy;
    }

    // systemd lets the service's user read a credential by an access control list, and that shows as the group's mode (systemd.exec(5)).
    private static string? OpenTo(string path)
    {
        // Of the file itself, where the path is a link to it.
        using SafeFileHandle file = File.OpenHandle(path);
        UnixFileMode others = File.GetUnixFileMode(file) & Others;
        bool isCredential = Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } credentials
            && Path.GetFullPath(path).StartsWith(Path.GetFullPath(credentials) + "/", StringComparison.Ordinal);
        return (others & ~UnixFileMode.GroupRead) == 0 && (others == 0 || isCredential) ? null
            : (others & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0 ? "everybody"
            : "its group";
    }
}

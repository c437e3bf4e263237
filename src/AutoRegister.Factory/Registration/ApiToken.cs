using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Storage;

namespace AutoRegister.Factory.Registration;

/// <summary>The token a device must send to be registered. It is never printed.</summary>
internal sealed class ApiToken
{
    private readonly byte[] digest;

    private ApiToken(string token, string path)
    {
        digest = Digest(token);
        FilePath = path;
    }

    /// <summary>The file that holds it.</summary>
    public string FilePath { get; }

    /// <summary>Reads the token from the given file, or from the factory's own, which is made at first start.</summary>
    public static ApiToken Open(DataDirectory data, string? givenFile)
    {
        string path = givenFile is null ? data["api-token"] : Path.GetFullPath(givenFile);
        if (givenFile is null && !File.Exists(path))
        {
            AtomicFile.Write(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20)) + "\n");
        }

        if (!File.Exists(path))
        {
            throw new ExitException(ExitCode.NoInput, $"the token file {path} does not exist");
        }

        string token = SmallFile.ReadText(path).Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0)
            ?? throw new ExitException(ExitCode.Configuration, $"the token file {path} is empty");
        return new ApiToken(token, path);
    }

    /// <summary>Compares in a time that tells nothing about the token, its length included.</summary>
    public bool Equals(string candidate) => CryptographicOperations.FixedTimeEquals(Digest(candidate), digest);

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

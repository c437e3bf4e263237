using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Keys;

/// <summary>A P-256 key in a PEM file (PKCS#8, RFC 5958), for devices without a token.</summary>
public sealed class FileDeviceKey : IDeviceKey
{
    private readonly ECDsa key;

    private FileDeviceKey(ECDsa key)
    {
        this.key = key;
        SubjectPublicKeyInfo = key.ExportSubjectPublicKeyInfo();
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>ecdsa-with-SHA256 (RFC 5758, section 3.2).</summary>
    public string SignatureAlgorithmOid => "1.2.840.10045.4.3.2";

    /// <summary>Makes a key and writes it durably, mode 0600.</summary>
    /// <param name="path">The file, replaced when it exists.</param>
    /// <returns>The key.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static FileDeviceKey Create(string path)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] der = key.ExportPkcs8PrivateKey();
        byte[] pem = Encode(der);
        try
        {
            AtomicFile.Write(path, pem, AtomicFile.OwnerOnly);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
            CryptographicOperations.ZeroMemory(pem);
        }

        return new FileDeviceKey(key);
    }

    /// <summary>Reads a key from its file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The key; <see langword="null"/> when the file is missing or holds no P-256 private key.</returns>
    public static FileDeviceKey? TryOpen(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > 64 * 1024)
        {
            return null;
        }

        byte[] pem = File.ReadAllBytes(path);
        char[] text = Encoding.ASCII.GetChars(pem);
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
            return new FileDeviceKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
            Array.Clear(text);
        }
    }

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> data) =>
        key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private static byte[] Encode(byte[] der)
    {
        // PemEncoding would make a string that cannot be zeroed.
        var text = new char[PemEncoding.GetEncodedSize("PRIVATE KEY".Length, der.Length)];
        PemEncoding.TryWrite("PRIVATE KEY", der, text, out int written);
        byte[] pem = new byte[written + 1];
        Encoding.ASCII.GetBytes(text.AsSpan(0, written), pem);
        pem[written] = (byte)'\n';
        Array.Clear(text);
        return pem;
    }
}

using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Keys;

/// <summary>A key in a PEM file (PKCS#8, RFC 5958), for devices without a token.</summary>
public sealed class FileDeviceKey : IDeviceKey
{
    private readonly AsymmetricAlgorithm key;
    private readonly KeyAlgorithm algorithm;

    private FileDeviceKey(AsymmetricAlgorithm key, KeyAlgorithm algorithm)
    {
        this.key = key;
        this.algorithm = algorithm;
        SubjectPublicKeyInfo = key.ExportSubjectPublicKeyInfo();
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <inheritdoc/>
    public string SignatureAlgorithmOid => algorithm.SignatureOid();

    /// <summary>Makes a key and writes it durably, mode 0600.</summary>
    /// <param name="path">The file, replaced when it exists.</param>
    /// <param name="algorithm">What kind of key.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public static FileDeviceKey Create(string path, KeyAlgorithm algorithm = KeyAlgorithm.EcP256)
    {
        FileDeviceKey made = Create(algorithm);
        made.Save(path);
        return made;
    }

    /// <summary>Makes a key that is nowhere yet.</summary>
    internal static FileDeviceKey Create(KeyAlgorithm algorithm) =>
        new(algorithm.IsRsa() ? RSA.Create(algorithm.RsaBits()) : ECDsa.Create(Curve(algorithm)), algorithm);

    /// <summary>Takes a key that comes from elsewhere.</summary>
    /// <param name="der">PKCS#8 (RFC 5958), DER.</param>
    /// <returns>The key; <see langword="null"/> when it is none that a device may have.</returns>
    internal static FileDeviceKey? FromPkcs8(byte[] der)
    {
        void Import(AsymmetricAlgorithm key) => key.ImportPkcs8PrivateKey(der, out _);
        return TryImport(ECDsa.Create(), Import) ?? TryImport(RSA.Create(), Import);
    }

    /// <summary>Writes the key durably, mode 0600.</summary>
    /// <param name="path">The file, replaced when it exists.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    internal void Save(string path)
    {
        byte[] pem = EncodePem();
        try
        {
            AtomicFile.Write(path, pem, AtomicFile.OwnerOnly);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    /// <summary>What its file holds.</summary>
    /// <returns>PEM, which the caller zeroes.</returns>
    internal byte[] EncodePem()
    {
        byte[] der = key.ExportPkcs8PrivateKey();
        try
        {
            return Encode(der);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>Reads a key from its file.</summary>
    /// <returns>The key; <see langword="null"/> when the file is missing or holds no private key a device may have.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ReadFailed"/>.</exception>
    public static FileDeviceKey? TryOpen(string path) => SmallFile.TryReadOwn(path) is byte[] pem ? FromPem(pem) : null;

    /// <summary>Takes a key from what its file holds.</summary>
    /// <param name="pem">PEM, which is zeroed.</param>
    /// <returns>The key; <see langword="null"/> when it is no private key a device may have.</returns>
    internal static FileDeviceKey? FromPem(byte[] pem)
    {
        char[] text = Encoding.ASCII.GetChars(pem);
        try
        {
            void Import(AsymmetricAlgorithm key) => key.ImportFromPem(text);
            return TryImport(ECDsa.Create(), Import) ?? TryImport(RSA.Create(), Import);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
            Array.Clear(text);
        }
    }

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> data) => key is RSA rsa
        ? rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : ((ECDsa)key).SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private static ECCurve Curve(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.EcP384 => ECCurve.NamedCurves.nistP384,
        KeyAlgorithm.EcP521 => ECCurve.NamedCurves.nistP521,
        _ => ECCurve.NamedCurves.nistP256,
    };

    private static FileDeviceKey? TryImport(AsymmetricAlgorithm key, Action<AsymmetricAlgorithm> import)
    {
        try
        {
            import(key);
            if (KeyAlgorithms.Of(key.ExportSubjectPublicKeyInfo()) is KeyAlgorithm algorithm)
            {
                return new FileDeviceKey(key, algorithm);
            }
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // No key, or one of the other kind.
        }

        key.Dispose();
        return null;
    }

    private static byte[] Encode(byte[] der)
    {
        // PemEncoding would make a string that cannot be zeroed.
        char[] text = new char[PemEncoding.GetEncodedSize("PRIVATE KEY".Length, der.Length)];
        PemEncoding.TryWrite("PRIVATE KEY", der, text, out int written);
        byte[] pem = new byte[written + 1];
        Encoding.ASCII.GetBytes(text.AsSpan(0, written), pem);
        pem[written] = (byte)'\n';
        Array.Clear(text);
        return pem;
    }
}

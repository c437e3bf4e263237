using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Pki;

/// <summary>A device CA's key in a PEM file: PKCS#8, also encrypted (RFC 5958), or SEC1 as fioctl writes it (RFC 5915).</summary>
internal sealed class FileDeviceCaKey : IDeviceCaKey
{
    // An instance is not documented as safe for several threads: each is one thread's at a time.
    private readonly ConcurrentBag<ECDsa> free = [];
    private readonly byte[] pkcs8;

    private FileDeviceCaKey(ECDsa key)
    {
        PublicKey = SubjectPublicKey.Read(key.ExportSubjectPublicKeyInfo());
        byte[] exported = key.ExportPkcs8PrivateKey();
        pkcs8 = GC.AllocateArray<byte>(exported.Length, pinned: true);
        exported.CopyTo(pkcs8, 0);
        CryptographicOperations.ZeroMemory(exported);
        free.Add(key);
    }

    /// <inheritdoc/>
    public SubjectPublicKey PublicKey { get; }

    /// <summary>Reads the key.</summary>
    /// <param name="path">The file, which nobody but its owner may read.</param>
    /// <param name="passphraseFile">A file with the passphrase of an encrypted key; <see langword="null"/> for a plain one.</param>
    /// <exception cref="ExitException">Missing, open to others, no EC key, or encrypted with another passphrase.</exception>
    public static FileDeviceCaKey Open(string path, string? passphraseFile = null)
    {
        byte[] pem = SecretFile.Read(path, "the device CA's key", "copy it from the folder of 'fioctl keys ca', or name the token that holds it");
        char[] text = Encoding.UTF8.GetChars(pem);
        CryptographicOperations.ZeroMemory(pem);
        try
        {
            return new FileDeviceCaKey(Import(path, text, passphraseFile));
        }
        finally
        {
            Array.Clear(text);
        }
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> toBeSigned, CancellationToken cancellation = default) => ValueTask.FromResult(Sign(toBeSigned.Span));

    /// <summary>Signs a TBSCertificate on this thread.</summary>
    public byte[] Sign(ReadOnlySpan<byte> toBeSigned)
    {
        ECDsa key = free.TryTake(out ECDsa? one) ? one : Another();
        byte[] signature = key.SignData(toBeSigned, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        free.Add(key);
        return signature;
    }

    /// <inheritdoc/>
    public ValueTask<DeviceCaHealth> CheckAsync(CancellationToken cancellation = default) => ValueTask.FromResult(DeviceCaHealth.Ready);

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(pkcs8);
        while (free.TryTake(out ECDsa? key))
        {
            key.Dispose();
        }
    }

    private static ECDsa Import(string path, char[] text, string? passphraseFile)
    {
        var key = ECDsa.Create();
        try
        {
            if (text.AsSpan().Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            {
                throw new ExitException(ExitCode.Configuration, $"{path} is encrypted in OpenSSL's old way: 'openssl pkcs8 -topk8 -v2 aes-256-cbc' makes PKCS#8 of it");
            }

            if (text.AsSpan().Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal))
            {
                ImportEncrypted(key, path, text, passphraseFile);
            }
            else
            {
                key.ImportFromPem(text);
            }

            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ExitException(
                ExitCode.Configuration, $"{path} holds no EC private key in PEM ('EC PRIVATE KEY' or 'PRIVATE KEY'), or more than one: put the device CA's key there");
        }
        catch (ExitException)
        {
            key.Dispose();
            throw;
        }
    }

    private static void ImportEncrypted(ECDsa key, string path, char[] text, string? passphraseFile)
    {
        if (passphraseFile is null)
        {
            throw new ExitException(ExitCode.Configuration, $"{path} is encrypted: name the file with its passphrase, a systemd credential for example");
        }

        byte[] passphrase = SecretFile.ReadLine(passphraseFile, $"the passphrase of {path}", "make it, or give it to the service as a systemd credential");
        try
        {
            key.ImportFromEncryptedPem(text, passphrase);
        }
        catch (CryptographicException)
        {
            throw new ExitException(ExitCode.Configuration, $"{path} cannot be decrypted with the passphrase in {passphraseFile}: correct the passphrase");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }

    private ECDsa Another()
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key;
    }
}

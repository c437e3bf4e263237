using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Transfer;

/// <summary>Opens what <see cref="KeyProtection"/> sealed: with the passphrase, or with the private key of the recipient's certificate.</summary>
public sealed class KeyOpener : IDisposable
{
    private readonly Secret? passphrase;
    private readonly byte[]? recipientKey;

    private KeyOpener(Secret? passphrase, byte[]? recipientKey)
    {
        this.passphrase = passphrase;
        this.recipientKey = recipientKey;
    }

    /// <summary>Prepares to open keys.</summary>
    /// <param name="passphrase">The passphrase of the device keys, or of <paramref name="recipientKeyPath"/> where that is given. It stays the caller's.</param>
    /// <param name="recipientKeyPath">A PEM file with the recipient's private key; PKCS#8, encrypted or not.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/>, or <see cref="ErrorId.PrivateKeyLocked"/>: the recipient's key cannot be opened.</exception>
    public static KeyOpener Create(Secret? passphrase, string? recipientKeyPath) =>
        recipientKeyPath is null ? new KeyOpener(passphrase, null) : new KeyOpener(null, ReadKey(recipientKeyPath, passphrase));

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(recipientKey);

    /// <summary>Opens a device's key.</summary>
    /// <param name="pem">What <see cref="KeyProtection"/> made.</param>
    /// <param name="fingerprint">The key it must be.</param>
    /// <param name="file">The file it is from, for the message.</param>
    /// <returns>The key; <see langword="null"/> when there is nothing to open it with.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.PrivateKeyLocked"/>, or <see cref="ErrorId.EnrollmentFileInvalid"/>: it is another key.</exception>
    internal FileDeviceKey? TryOpen(string pem, string fingerprint, string file)
    {
        bool hasPassphrase = Pem.DecodeAll(KeyProtection.PassphraseLabel, pem) is [_];
        if (hasPassphrase ? passphrase is null : recipientKey is null)
        {
            return passphrase is null && recipientKey is null ? null : throw Locked(
                $"The private key in '{file}' is sealed with a {(hasPassphrase ? "passphrase" : "certificate")}.",
                hasPassphrase ? "Give -Passphrase." : "Give the private key of that certificate with -RecipientKeyPath.",
                file);
        }

        if (hasPassphrase && !KeyProtection.IsBounded(pem))
        {
            throw EnrollmentFileFormat.Invalid(file, $"its private key is not encrypted as Export-DeviceEnrollment does (PBES2 with PBKDF2, no more than {PassphraseMac.MostRounds} rounds)");
        }

        FileDeviceKey key = (hasPassphrase ? OpenWithPassphrase(pem) : OpenWithKey(pem)) ?? throw Locked(
            $"The private key in '{file}' does not open with this {(hasPassphrase ? "passphrase" : "recipient's key")}.",
            hasPassphrase ? "Give the passphrase it was exported with." : "Give the private key of the certificate it was exported for.",
            file);
        if (PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span) == fingerprint)
        {
            return key;
        }

        key.Dispose();
        throw EnrollmentFileFormat.Invalid(file, "its private key is not the one its CSR is for");
    }

    private FileDeviceKey? OpenWithPassphrase(string pem)
    {
        using var key = new AnyKey();
        return key.TryImport(pem, passphrase!) ? Take(key.ToPkcs8()) : null;
    }

    private FileDeviceKey? OpenWithKey(string pem) =>
        Pem.DecodeAll(KeyProtection.CertificateLabel, pem) is [byte[] envelope] && KeyEnvelope.Open(envelope, recipientKey!) is byte[] der ? Take(der) : null;

    private static FileDeviceKey? Take(byte[] der)
    {
        try
        {
            return FileDeviceKey.FromPkcs8(der);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static byte[] ReadKey(string path, Secret? passphrase)
    {
        byte[] content = SmallFile.ReadNamed(path);
        char[] text = Encoding.ASCII.GetChars(content);
        try
        {
            using var key = new AnyKey();
            return key.TryImport(text, passphrase) ? key.ToPkcs8() : throw Locked(
                $"'{path}' holds no private key that opens{(passphrase is null ? " without a passphrase" : " with this passphrase")}.",
                "Give a PEM file (PKCS#8) with the recipient's private key, and -Passphrase where it is encrypted.",
                path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            Array.Clear(text);
        }
    }

    private static AutoRegisterException Locked(string message, string remedy, string path) => new(ErrorId.PrivateKeyLocked, message, remedy, path);
}

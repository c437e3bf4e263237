using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.X509;
using Org.BouncyCastle.Asn1.Pkcs;

namespace AutoRegister.Core.Transfer;

/// <summary>
/// What protects a private key in a file: a passphrase (PKCS#8 with PBES2, RFC 8018) or a recipient's certificate (CMS
/// EnvelopedData, RFC 5652). <c>openssl pkey</c> and <c>openssl cms -decrypt</c> read what this writes.
/// </summary>
public sealed class KeyProtection
{
    /// <summary>PEM label of a key under a passphrase.</summary>
    internal const string PassphraseLabel = "ENCRYPTED PRIVATE KEY";

    /// <summary>PEM label of a key for a certificate.</summary>
    internal const string CertificateLabel = "CMS";

    private const int ShortestPassphrase = 8;

    // What OWASP recommends for PBKDF2 with HMAC-SHA-256 since 2023; a third of a second on a slow machine, for each device.
    private static readonly PbeParameters Passphrase = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, PassphraseMac.Rounds);

    private readonly Secret? passphrase;
    private readonly X509Certificate2? recipient;

    private KeyProtection(Secret? passphrase, X509Certificate2? recipient)
    {
        this.passphrase = passphrase;
        this.recipient = recipient;
    }

    /// <summary>What a sealed key is protected by.</summary>
    public KeyCustody Custody => passphrase is not null ? KeyCustody.Passphrase : KeyCustody.Certificate;

    /// <summary>Seals with a passphrase.</summary>
    /// <param name="passphrase">At least 8 bytes of UTF-8. It stays the caller's.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SettingInvalid"/>: too short.</exception>
    public static KeyProtection With(Secret passphrase)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        return passphrase.Length >= ShortestPassphrase ? new KeyProtection(passphrase, null) : throw new AutoRegisterException(
            ErrorId.SettingInvalid, $"The passphrase is shorter than {ShortestPassphrase} characters: whoever has the file could guess it.", "Choose a longer one.", "Passphrase");
    }

    /// <summary>Seals for the holder of a certificate's key.</summary>
    /// <param name="path">A PEM or DER file with an RSA certificate, 2048 bits or more.</param>
    /// <param name="now">The time it must be valid at.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/>, or <see cref="ErrorId.SettingInvalid"/>: no certificate, or one that no key may be sealed for.</exception>
    public static KeyProtection For(string path, DateTimeOffset now)
    {
        X509Certificate2 certificate = Load(path, "recipient");
        string? problem = ProblemOfTime(certificate, now) ?? KeyEnvelope.ProblemOf(certificate);
        return problem is null ? new KeyProtection(null, certificate) : throw new AutoRegisterException(
            ErrorId.SettingInvalid, $"No key can be sealed for the certificate '{path}': {problem}.", "Give the certificate of whoever puts the credentials in place.", path);
    }

    /// <summary>Seals a private key.</summary>
    /// <param name="key">The key; it stays the caller's.</param>
    /// <returns>PEM.</returns>
    internal string Seal(AsymmetricAlgorithm key)
    {
        if (passphrase is not null)
        {
            return Pem.Encode(PassphraseLabel, key.ExportEncryptedPkcs8PrivateKey(passphrase.Utf8, Passphrase));
        }

        byte[] der = key.ExportPkcs8PrivateKey();
        try
        {
            return Pem.Encode(CertificateLabel, KeyEnvelope.Seal(der, recipient!));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>
    /// Whether opening a key costs no more than it may: PBES2 with PBKDF2 (RFC 8018), and not more rounds than a file may ask for.
    /// </summary>
    internal static bool IsBounded(string pem)
    {
        try
        {
            var sealedKey = EncryptedPrivateKeyInfo.GetInstance(Pem.DecodeAll(PassphraseLabel, pem)[0]);
            if (!sealedKey.EncryptionAlgorithm.Algorithm.Equals(PkcsObjectIdentifiers.IdPbeS2))
            {
                return false;
            }

            KeyDerivationFunc derivation = PbeS2Parameters.GetInstance(sealedKey.EncryptionAlgorithm.Parameters).KeyDerivationFunc;
            return derivation.Algorithm.Equals(PkcsObjectIdentifiers.IdPbkdf2)
                && Pbkdf2Params.GetInstance(derivation.Parameters).IterationCount is { SignValue: > 0, BitLength: < 32 } rounds && rounds.IntValueExact <= PassphraseMac.MostRounds;
        }
        catch (Exception e) when (e is ArgumentException or IOException or InvalidCastException or InvalidOperationException or ArithmeticException)
        {
            return false;
        }
    }

    /// <summary>Why a certificate is not good at a time.</summary>
    internal static string? ProblemOfTime(X509Certificate2 certificate, DateTimeOffset now)
    {
        var validity = CertificateValidity.Of(certificate);
        return validity.IsBefore(now) ? $"it is not valid before {validity.NotBefore:u}"
            : validity.IsAfter(now) ? $"it expired at {validity.NotAfter:u}"
            : null;
    }

    /// <summary>Reads a certificate.</summary>
    internal static X509Certificate2 Load(string path, string whose)
    {
        try
        {
            // The loader's own reading says of a file that is not there that it holds no certificate.
            return X509CertificateLoader.LoadCertificate(SmallFile.ReadNamed(path));
        }
        catch (CryptographicException e)
        {
            throw new AutoRegisterException(ErrorId.SettingInvalid, $"'{path}' holds no certificate: {e.Message}", $"Give a PEM or DER file with the {whose}'s certificate.", path, e);
        }
    }
}

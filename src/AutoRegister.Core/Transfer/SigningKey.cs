using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Transfer;

/// <summary>The sending machine's own private key, with which it signs what it hands on.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly AnyKey key;

    private SigningKey(AnyKey key) => this.key = key;

    /// <summary>Reads the key.</summary>
    /// <param name="path">A PEM file with an EC or RSA private key, encrypted or not.</param>
    /// <param name="passphrase">What opens the file; <see langword="null"/> where it is not encrypted. It stays the caller's.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/> or <see cref="ErrorId.PrivateKeyLocked"/>.</exception>
    public static SigningKey Load(string path, Secret? passphrase)
    {
        byte[] content = SmallFile.ReadNamed(path);
        char[] text = Encoding.ASCII.GetChars(content);
        var key = new AnyKey();
        try
        {
            if (!key.TryImport(text, passphrase))
            {
                throw new AutoRegisterException(
                    ErrorId.PrivateKeyLocked,
                    $"'{path}' holds no private key that opens{(passphrase is null ? " without a passphrase" : " with this passphrase")}.",
                    "Give a PEM file with the private key that this machine signs with, and -SigningKeyPassphrase where it is encrypted.",
                    path);
            }

            return new SigningKey(key);
        }
        catch (AutoRegisterException)
        {
            key.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            Array.Clear(text);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    /// <summary>Adds the signature to a document's proof.</summary>
    internal EnrollmentProof Prove(byte[] document, EnrollmentProof proof)
    {
        // One at a time: a line's devices share the key.
        lock (key)
        {
            byte[] signature = key.Algorithm is ECDsa elliptic
                ? elliptic.SignData(document, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
                : ((RSA)key.Algorithm).SignData(document, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
            return proof with { Signature = Convert.ToBase64String(signature) };
        }
    }
}

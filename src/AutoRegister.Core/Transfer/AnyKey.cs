using System.Security.Cryptography;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Transfer;

/// <summary>A private key in PEM of which nobody has said whether it is EC or RSA, encrypted or not.</summary>
internal sealed class AnyKey : IDisposable
{
    private readonly AsymmetricAlgorithm[] kinds = [ECDsa.Create(), RSA.Create()];
    private AsymmetricAlgorithm? key;

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(kinds, kind => kind.Dispose());

    /// <summary>Reads the key.</summary>
    /// <param name="pem">The PEM text.</param>
    /// <param name="passphrase">The passphrase; needed where the text is encrypted and not looked at where it is not.</param>
    /// <returns>Whether there is one, and it opens.</returns>
    internal bool TryImport(ReadOnlySpan<char> pem, Secret? passphrase)
    {
        foreach (AsymmetricAlgorithm kind in kinds)
        {
            if (TryImport(kind, pem, passphrase))
            {
                key = kind;
                return true;
            }
        }

        return false;
    }

    /// <summary>The key that was read.</summary>
    internal AsymmetricAlgorithm Algorithm => key!;

    internal byte[] ToPkcs8() => key!.ExportPkcs8PrivateKey();

    private static bool TryImport(AsymmetricAlgorithm kind, ReadOnlySpan<char> pem, Secret? passphrase)
    {
        try
        {
            if (pem.Contains(KeyProtection.PassphraseLabel, StringComparison.Ordinal))
            {
                if (passphrase is null)
                {
                    return false;
                }

                kind.ImportFromEncryptedPem(pem, passphrase.Utf8);
            }
            else
            {
                kind.ImportFromPem(pem);
            }

            return true;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}

using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Transfer;

/// <summary>What protects the devices' files that this machine writes: what their keys are sealed with, and what proves who wrote them.</summary>
public sealed class EnrollmentProtection : IDisposable
{
    private readonly Secret? passphrase;
    private readonly SigningKey? signer;

    private EnrollmentProtection(Secret? passphrase, KeyProtection? seal, SigningKey? signer)
    {
        this.passphrase = passphrase;
        this.signer = signer;
        Seal = seal;
        Prover = new ProofMaker(passphrase, signer);
    }

    /// <summary>Seals private keys; <see langword="null"/> where none may leave this machine.</summary>
    public KeyProtection? Seal { get; }

    /// <summary>Proves the files.</summary>
    public ProofMaker Prover { get; }

    /// <summary>Prepares for files.</summary>
    /// <param name="passphrase">A passphrase that proves the files and seals keys. It is this object's from now on. <see langword="null"/> for none.</param>
    /// <param name="recipientCertificatePath">The certificate of whoever may open the keys; <see langword="null"/> for none.</param>
    /// <param name="signingKeyPath">This machine's private key; <see langword="null"/> for none.</param>
    /// <param name="signingKeyPassphrase">Opens that key; it stays the caller's.</param>
    /// <param name="withoutKey">Whether private keys stay behind.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SettingInvalid"/>: two of these exclude each other; or a file cannot be used.</exception>
    public static EnrollmentProtection Create(Secret? passphrase, string? recipientCertificatePath, string? signingKeyPath, Secret? signingKeyPassphrase, bool withoutKey)
    {
        try
        {
            if (recipientCertificatePath is not null && (passphrase is not null || withoutKey))
            {
                throw new AutoRegisterException(
                    ErrorId.SettingInvalid, $"-RecipientCertificatePath and -{(withoutKey ? "WithoutKey" : "Passphrase")} exclude each other.", "Give one of them.", "RecipientCertificatePath");
            }

            KeyProtection? seal = passphrase is not null ? KeyProtection.With(passphrase)
                : recipientCertificatePath is null ? null
                : KeyProtection.For(recipientCertificatePath, DateTimeOffset.UtcNow);
            return new EnrollmentProtection(passphrase, seal, signingKeyPath is null ? null : SigningKey.Load(signingKeyPath, signingKeyPassphrase));
        }
        catch (AutoRegisterException)
        {
            passphrase?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Prover.Dispose();
        signer?.Dispose();
        passphrase?.Dispose();
    }
}

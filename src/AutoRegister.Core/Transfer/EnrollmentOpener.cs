using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Transfer;

/// <summary>What a receiver opens and proves devices' files with.</summary>
public sealed class EnrollmentOpener : IDisposable
{
    private readonly Secret? passphrase;
    private readonly SenderCertificate? sender;

    private EnrollmentOpener(Secret? passphrase, KeyOpener keys, SenderCertificate? sender, bool opensAlone)
    {
        this.passphrase = passphrase;
        this.sender = sender;
        Keys = keys;

        // A passphrase that opens the recipient's key is none of the file's.
        Proofs = new ProofCheck(opensAlone ? passphrase : null, sender);
    }

    /// <summary>Opens private keys.</summary>
    public KeyOpener Keys { get; }

    /// <summary>Proves the files.</summary>
    public ProofCheck Proofs { get; }

    /// <summary>Prepares for files.</summary>
    /// <param name="passphrase">The passphrase the devices were exported with, or that of the recipient's key. It is this object's from now on.</param>
    /// <param name="recipientKeyPath">The private key the devices' keys were sealed for; <see langword="null"/> for none.</param>
    /// <param name="senderCertificatePath">The certificate of the machine that signed the files; <see langword="null"/> for none.</param>
    /// <exception cref="AutoRegisterException">A file cannot be used.</exception>
    public static EnrollmentOpener Create(Secret? passphrase, string? recipientKeyPath, string? senderCertificatePath)
    {
        KeyOpener? keys = null;
        try
        {
            keys = KeyOpener.Create(passphrase, recipientKeyPath);
            SenderCertificate? sender = senderCertificatePath is null ? null : SenderCertificate.Load(senderCertificatePath, DateTimeOffset.UtcNow);
            return new EnrollmentOpener(passphrase, keys, sender, recipientKeyPath is null);
        }
        catch (AutoRegisterException)
        {
            keys?.Dispose();
            passphrase?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Proofs.Dispose();
        sender?.Dispose();
        Keys.Dispose();
        passphrase?.Dispose();
    }
}

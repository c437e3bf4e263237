using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Transfer;

/// <summary>
/// What a receiver has to prove a file with: the certificate of its sender, or the passphrase. What is given must prove it; where
/// nothing is, nothing is proven.
/// </summary>
public sealed class ProofCheck : IDisposable
{
    private readonly PassphraseMac? mac;
    private readonly SenderCertificate? sender;

    /// <summary>Takes what proves.</summary>
    /// <param name="passphrase">The passphrase; it stays the caller's. <see langword="null"/> for none.</param>
    /// <param name="sender">The sender's certificate; it stays the caller's. <see langword="null"/> for none.</param>
    public ProofCheck(Secret? passphrase, SenderCertificate? sender)
    {
        this.sender = sender;

        // A signature says more than a passphrase that several have, which then only opens the key.
        mac = passphrase is null || sender is not null ? null : new PassphraseMac(passphrase);
    }

    /// <inheritdoc/>
    public void Dispose() => mac?.Dispose();

    /// <summary>Checks a document.</summary>
    /// <param name="path">Its file, for the message.</param>
    /// <param name="opener">Opens its private key: where it does not, the passphrase is the wrong one.</param>
    /// <returns>Whether it is proven; <see langword="false"/> where there is nothing to prove it with.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.EnrollmentFileInvalid"/>, or <see cref="ErrorId.PrivateKeyLocked"/>.</exception>
    internal bool Check(string path, EnrollmentFile file, KeyOpener opener)
    {
        if (sender is null && mac is null)
        {
            return false;
        }

        EnrollmentProof proof = file.Proof ?? new EnrollmentProof();
        if (sender is null ? proof.Mac is null : proof.Signature is null)
        {
            throw EnrollmentFileFormat.Invalid(path, sender is null ? "it was not exported with a passphrase, so that none can prove it" : "it is not signed");
        }

        byte[] document = EnrollmentFileFormat.WhatIsProven(file);
        if (sender?.Proves(document, proof) ?? mac!.Proves(document, proof))
        {
            return true;
        }

        if (sender is null && file.Key?.Sealed is string pem)
        {
            opener.TryOpen(pem, file.Key.Fingerprint, path)?.Dispose();
        }

        throw EnrollmentFileFormat.Invalid(
            path, sender is null ? "it is not what was exported with this passphrase: the passphrase is another one, or the file was changed" : "it is not what the sender signed: it is another's, or was changed");
    }
}

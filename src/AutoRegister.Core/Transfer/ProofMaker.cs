using AutoRegister.Core.Base;

namespace AutoRegister.Core.Transfer;

/// <summary>What proves the files that this machine writes: a passphrase, its own key, or both.</summary>
public sealed class ProofMaker : IDisposable
{
    private readonly PassphraseMac? mac;
    private readonly SigningKey? signer;

    /// <summary>Takes what proves.</summary>
    /// <param name="passphrase">A passphrase that the receiver has as well; it stays the caller's. <see langword="null"/> for none.</param>
    /// <param name="signer">This machine's key; it stays the caller's. <see langword="null"/> for none.</param>
    public ProofMaker(Secret? passphrase, SigningKey? signer)
    {
        mac = passphrase is null ? null : new PassphraseMac(passphrase);
        this.signer = signer;
    }

    /// <inheritdoc/>
    public void Dispose() => mac?.Dispose();

    /// <summary>Adds the proofs to a document.</summary>
    internal EnrollmentFile Prove(EnrollmentFile file)
    {
        if (mac is null && signer is null)
        {
            return file;
        }

        byte[] document = EnrollmentFileFormat.WhatIsProven(file);
        EnrollmentProof proof = mac?.Prove(document, new EnrollmentProof()) ?? new EnrollmentProof();
        return file with { Proof = signer?.Prove(document, proof) ?? proof };
    }
}

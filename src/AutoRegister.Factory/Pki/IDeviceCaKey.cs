namespace AutoRegister.Factory.Pki;

/// <summary>The private key of a device CA, wherever it is kept. Signs for any number of threads at once.</summary>
internal interface IDeviceCaKey : IDisposable
{
    /// <summary>Its public half.</summary>
    SubjectPublicKey PublicKey { get; }

    /// <summary>Signs a TBSCertificate with ecdsa-with-SHA256.</summary>
    /// <param name="toBeSigned">The bytes, not their digest.</param>
    /// <param name="cancellation">Ends the wait for a turn; a signature that has begun is waited for.</param>
    /// <returns>The signature as X.509 has it, DER.</returns>
    /// <exception cref="DeviceCaUnavailableException">The key cannot be reached.</exception>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> toBeSigned, CancellationToken cancellation = default);

    /// <summary>Whether it can sign now. One that was lost is looked for again.</summary>
    ValueTask<DeviceCaHealth> CheckAsync(CancellationToken cancellation = default);
}

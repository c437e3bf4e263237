namespace AutoRegister.Factory.Pki;

/// <summary>
/// Issues device certificates in two steps, so that what will be signed can be written down before it is signed. Thread-safe.
/// </summary>
internal sealed class CertificateIssuer(DeviceCa ca, IDeviceCaKey key)
{
    /// <summary>Decides what a certificate says: the first step.</summary>
    public CertificateTemplate Template { get; } = new(ca);

    /// <summary>The CA that signs.</summary>
    public DeviceCa Ca => ca;

    /// <summary>Signs what was decided, and compares: the second step. Doing it twice makes two certificates of the same content.</summary>
    /// <param name="toBeSigned">The TBSCertificate, DER, as it was written down.</param>
    /// <param name="cancellation">Ends the wait for a turn.</param>
    /// <exception cref="DeviceCaUnavailableException">The CA's key cannot be reached.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">What came back is not what was to be signed.</exception>
    public async ValueTask<DeviceCertificate> SignAsync(ReadOnlyMemory<byte> toBeSigned, CancellationToken cancellation = default) =>
        DeviceCertificate.Assemble(ca, toBeSigned, await key.SignAsync(toBeSigned, cancellation));

    /// <summary>Signs a TBSCertificate that names this CA as its issuer, by name and key; <see langword="null"/> for one that another CA was to sign.</summary>
    public async ValueTask<string?> SignOwnAsync(byte[] toBeSigned) => Template.IsOwn(toBeSigned) ? (await SignAsync(toBeSigned)).Pem : null;
}

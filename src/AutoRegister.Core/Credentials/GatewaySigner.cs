using AutoRegister.Core.Keys;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace AutoRegister.Core.Credentials;

/// <summary>
/// Lets the device key sign a TLS handshake wherever the key lives. .NET's own TLS on Linux takes keys of OpenSSL only, and a
/// token is none of those without an engine that few images have.
/// </summary>
internal sealed class GatewaySigner(IDeviceKey key) : TlsSigner
{
    /// <summary>ecdsa_secp256r1_sha256 (RFC 8446, section 4.2.3), the same code point as ecdsa with SHA-256 in TLS 1.2.</summary>
    internal static SignatureAndHashAlgorithm Algorithm { get; } = new(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);

    public byte[] GenerateRawSignature(SignatureAndHashAlgorithm algorithm, byte[] hash) =>
        throw new TlsFatalAlert(AlertDescription.internal_error, "a device key signs data, not digests");

    public TlsStreamSigner GetStreamSigner(SignatureAndHashAlgorithm algorithm) =>
        Algorithm.Equals(algorithm) ? new Collected(key) : throw new TlsFatalAlert(AlertDescription.handshake_failure, "the gateway does not take ECDSA P-256 with SHA-256");

    private sealed class Collected(IDeviceKey key) : TlsStreamSigner, IDisposable
    {
        private readonly MemoryStream data = new();

        public Stream Stream => data;

        public void Dispose() => data.Dispose();

        // The handshake has closed the stream by now.
        public byte[] GetSignature() => key.Sign(data.ToArray());
    }
}

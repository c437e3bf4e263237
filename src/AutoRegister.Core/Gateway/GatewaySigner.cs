using AutoRegister.Core.Keys;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace AutoRegister.Core.Gateway;

/// <summary>
/// Lets the device key sign a TLS handshake wherever the key lives. .NET's own TLS on Linux takes keys of OpenSSL only, and a
/// token is none of those without an engine that few images have.
/// </summary>
internal sealed class GatewaySigner(IDeviceKey key) : TlsSigner
{
    /// <summary>
    /// SHA-256 with ECDSA or RSA PKCS#1, as device keys sign. TLS 1.3 has it for P-256 only (RFC 8446, section 4.2.3); TLS 1.2 for any
    /// curve, and for RSA (RFC 5246, section 7.4.1.4.1).
    /// </summary>
    internal static SignatureAndHashAlgorithm AlgorithmOf(IDeviceKey key) =>
        new(HashAlgorithm.sha256, KeyAlgorithms.Of(key.SubjectPublicKeyInfo.Span)?.IsRsa() == true ? SignatureAlgorithm.rsa : SignatureAlgorithm.ecdsa);

    /// <summary>Whether TLS 1.3 can be spoken with a key.</summary>
    internal static bool FitsTls13(IDeviceKey key) => KeyAlgorithms.Of(key.SubjectPublicKeyInfo.Span) == KeyAlgorithm.EcP256;

    public byte[] GenerateRawSignature(SignatureAndHashAlgorithm algorithm, byte[] hash) =>
        throw new TlsFatalAlert(AlertDescription.internal_error, "a device key signs data, not digests");

    public TlsStreamSigner GetStreamSigner(SignatureAndHashAlgorithm algorithm) =>
        AlgorithmOf(key).Equals(algorithm) ? new Collected(key) : throw new TlsFatalAlert(AlertDescription.handshake_failure, "the gateway does not take the device key's signatures with SHA-256");

    private sealed class Collected(IDeviceKey key) : TlsStreamSigner, IDisposable
    {
        private readonly MemoryStream data = new();

        public Stream Stream => data;

        public void Dispose() => data.Dispose();

        // The handshake has closed the stream by now.
        public byte[] GetSignature() => key.Sign(data.ToArray());
    }
}

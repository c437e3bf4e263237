namespace AutoRegister.Core.Keys;

/// <summary>A device's private key, wherever it lives: it signs, and it never shows itself.</summary>
public interface IDeviceKey : IDisposable
{
    /// <summary>The public key as DER <c>SubjectPublicKeyInfo</c> (RFC 5280, section 4.1).</summary>
    ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>The OID of the signature algorithm <see cref="Sign"/> uses, for example <c>1.2.840.10045.4.3.2</c> (ecdsa-with-SHA256).</summary>
    string SignatureAlgorithmOid { get; }

    /// <summary>Signs as X.509 wants it: for ECDSA the DER <c>SEQUENCE { r, s }</c> (RFC 3279, section 2.2.3).</summary>
    /// <param name="data">The bytes to sign, not their digest.</param>
    byte[] Sign(ReadOnlySpan<byte> data);
}

namespace AutoRegister.Core.Pkcs11.Settings;

/// <summary>The labels and ids under which the OTA client looks for its key and certificate.</summary>
public static class TokenNames
{
    /// <summary>Label of the private and the public key.</summary>
    public const string KeyLabel = "tls";

    /// <summary>Id of the private and the public key (<c>CKA_ID</c>).</summary>
    public const byte KeyId = 0x01;

    /// <summary>Label of the certificate.</summary>
    public const string CertificateLabel = "client";

    /// <summary>Id of the certificate (<c>CKA_ID</c>).</summary>
    public const byte CertificateId = 0x03;

    /// <summary>An id as <c>sota.toml</c> and messages write it: two hex digits.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The digits.</returns>
    public static string Hex(byte id) => Convert.ToHexStringLower([id]);
}

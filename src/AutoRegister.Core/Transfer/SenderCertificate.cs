using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Transfer;

/// <summary>The certificate of the machine that a file must be from: the receiver names it, and no other is asked.</summary>
public sealed class SenderCertificate : IDisposable
{
    private const int ShortestRsaKey = 2048;
    private readonly X509Certificate2 certificate;

    private SenderCertificate(X509Certificate2 certificate) => this.certificate = certificate;

    /// <summary>Reads the certificate.</summary>
    /// <param name="path">A PEM or DER file: EC, or RSA with 2048 bits or more.</param>
    /// <param name="now">The time it must be valid at.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/>, or <see cref="ErrorId.SettingInvalid"/>: none, or one that cannot sign.</exception>
    public static SenderCertificate Load(string path, DateTimeOffset now)
    {
        X509Certificate2 certificate = KeyProtection.Load(path, "sender");
        using RSA? rsa = certificate.GetRSAPublicKey();
        using ECDsa? elliptic = certificate.GetECDsaPublicKey();
        string? problem = KeyProtection.ProblemOfTime(certificate, now)
            ?? (rsa is null && elliptic is null ? "its key is neither RSA nor EC"
            : rsa?.KeySize < ShortestRsaKey ? $"its RSA key has {rsa.KeySize} bits, and needs {ShortestRsaKey}"
            : certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature)
                ? "its keyUsage does not allow digitalSignature"
            : null);
        if (problem is null)
        {
            return new SenderCertificate(certificate);
        }

        certificate.Dispose();
        throw new AutoRegisterException(
            ErrorId.SettingInvalid, $"The certificate '{path}' proves no signature: {problem}.", "Give the certificate of the machine that exported the device.", path);
    }

    /// <inheritdoc/>
    public void Dispose() => certificate.Dispose();

    /// <summary>Whether the document is what the holder of the certificate's key wrote.</summary>
    internal bool Proves(byte[] document, EnrollmentProof proof)
    {
        byte[] signature = PassphraseMac.Bytes(proof.Signature);
        using RSA? rsa = certificate.GetRSAPublicKey();
        using ECDsa? elliptic = certificate.GetECDsaPublicKey();
        return rsa?.VerifyData(document, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
            ?? elliptic!.VerifyData(document, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}

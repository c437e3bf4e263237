using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>CSRs as bytes: what is read of them, and every word they are refused with.</summary>
public sealed class SigningRequestReaderTests : IDisposable
{
    private const string All = "p256,p384,p521,rsa2048,rsa3072";

    private readonly TestDevice device = new();

    [Fact]
    public void PEM_and_DER_say_the_same()
    {
        string pem = device.Csr(("2.5.4.15", "production"));
        byte[] der = Der(pem);
        SigningRequest read = Reader().Read(pem);
        Assert.Equal((device.Uuid, "acme", true), (read.Uuid, read.Factory, read.Production));
        Assert.Equal(device.Key.ExportSubjectPublicKeyInfo(), read.PublicKey.Der.ToArray());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(device.Key.ExportSubjectPublicKeyInfo())), read.PublicKeySha256);
        Assert.Equal(DistinguishedName.Encode([.. device.Subject, ("2.5.4.15", "production")]).RawData, read.Subject.ToArray());
        Assert.Equal([ExtensionField.KeyUsage, ExtensionField.ExtendedKeyUsage], read.Extensions.Select(extension => extension.Oid));
        SigningRequest fromDer = Reader().Read(der);
        Assert.Equal((read.PublicKeySha256, Convert.ToHexString(read.Subject.Span)), (fromDer.PublicKeySha256, Convert.ToHexString(fromDer.Subject.Span)));
    }

    [Theory]
    [InlineData("nistP256", "SHA256")]
    [InlineData("nistP384", "SHA384")]
    [InlineData("nistP521", "SHA512")]
    [InlineData("nistP521", "SHA256")]
    public void EC_keys_sign_with_any_SHA_2(string curve, string hash)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var request = new CertificateRequest(Subject, key, new HashAlgorithmName(hash));
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), Reader(All).Read(request.CreateSigningRequest()).PublicKey.Der.ToArray());
    }

    [Theory]
    [InlineData(2048, "SHA256")]
    [InlineData(3072, "SHA512")]
    public void RSA_keys_sign_with_PKCS_1(int bits, string hash)
    {
        using var key = RSA.Create(bits);
        byte[] der = new CertificateRequest(Subject, key, new HashAlgorithmName(hash), RSASignaturePadding.Pkcs1).CreateSigningRequest();
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), Reader(All).Read(der).PublicKey.Der.ToArray());
        Refuses("the CSR's key must be p256", der, Reader());
        der[^1] ^= 1;
        Refuses("the CSR's signature is wrong", der, Reader(All));
    }

    [Fact]
    public void Sizes_that_were_not_named_are_refused()
    {
        using var key = RSA.Create(1024);
        Refuses("the CSR's key must be", new CertificateRequest(Subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest(), Reader(All));
        using var secp = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        Refuses("the CSR's key must be", new CertificateRequest(Subject, secp, HashAlgorithmName.SHA256).CreateSigningRequest(), Reader(All));
    }

    [Fact]
    public void SHA_1_and_PSS_are_not_known()
    {
        using var key = RSA.Create(2048);
        Refuses("an algorithm this factory does not know", new CertificateRequest(Subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pss).CreateSigningRequest(), Reader(All));
        byte[] sha1 = Der(Tool.Run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-sha1", "-subj", $"/CN={device.Uuid}/OU=acme"));
        Refuses("an algorithm this factory does not know", sha1, Reader(All));
    }

    [Fact]
    public void What_is_no_CSR_is_refused()
    {
        byte[] der = Der(device.Csr());
        Refuses("bytes follow the CSR", [.. der, 0]);
        Refuses("the CSR can't be parsed", der[..^1]);
        Refuses("the CSR can't be parsed", []);
        Refuses("the CSR can't be parsed", [0x30, 0x00]);
        Refuses("the CSR can't be parsed", Replace(der, [0x02, 0x01, 0x00, 0x30], [0x02, 0x01, 0x01, 0x30]));
    }

    [Fact]
    public void A_point_that_is_not_on_the_curve_has_signed_nothing()
    {
        byte[] der = Der(device.Csr());
        ECPoint point = device.Key.ExportParameters(false).Q;
        Refuses("the CSR's signature is wrong", Replace(der, point.Y!, [.. point.Y![..^1], (byte)(point.Y![^1] ^ 1)]));
    }

    [Fact]
    public void Every_byte_matters_and_none_makes_it_fall_over()
    {
        // One bit in each byte: read as something else or refused, and never anything but a refusal.
        byte[] der = Der(device.Csr());
        for (int i = 0; i < der.Length; i++)
        {
            byte[] broken = (byte[])der.Clone();
            broken[i] ^= 0x10;
            Assert.Throws<RefusedException>(() => Reader().Read(broken));
        }
    }

    [Fact]
    public void An_attribute_or_an_extension_of_its_own_is_refused()
    {
        var request = new CertificateRequest(Subject, device.Key, HashAlgorithmName.SHA256);
        request.OtherRequestAttributes.Add(new AsnEncodedData("1.2.840.113549.1.9.7", [0x13, 0x01, 0x41]));
        Refuses("the CSR has an attribute a device may not ask for: 1.2.840.113549.1.9.7", request.CreateSigningRequest());
        Refuses("the CSR has an extension a device may not ask for: 2.5.29.37", Der(device.CsrFor(device.Subject, [new X509EnhancedKeyUsageExtension([], true)])));
        Refuses("the CSR has an extension a device may not ask for: 2.5.29.15", Der(device.CsrFor(device.Subject, [new X509Extension("2.5.29.15", [0x03, 0x01], true)])));
    }

    public void Dispose() => device.Dispose();

    private X500DistinguishedName Subject => DistinguishedName.Encode(device.Subject);

    private static SigningRequestReader Reader(string types = "p256") => new(DeviceKeyType.ParseList(types, "the test", ExitCode.Usage));

    private static byte[] Der(string pem) => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);

    private static void Refuses(string words, byte[] der, SigningRequestReader? reader = null)
    {
        RefusedException thrown = Assert.Throws<RefusedException>(() => (reader ?? Reader()).Read(der));
        Assert.Equal(RefusalKind.Malformed, thrown.Refusal.Kind);
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
    }

    private static byte[] Replace(byte[] within, byte[] what, byte[] by)
    {
        byte[] copy = (byte[])within.Clone();
        by.CopyTo(copy.AsSpan(within.AsSpan().IndexOf(what)));
        return copy;
    }
}

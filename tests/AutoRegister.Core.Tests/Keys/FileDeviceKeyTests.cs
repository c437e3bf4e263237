using System.Security.Cryptography;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using Xunit;

namespace AutoRegister.Core.Tests.Keys;

public sealed class FileDeviceKeyTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("key-");

    private string File1 => Path.Join(directory.FullName, "pkey.pem");

    [Theory]
    [InlineData(KeyAlgorithm.EcP256, 256, "1.2.840.10045.4.3.2", "EC P-256", 32)]
    [InlineData(KeyAlgorithm.EcP384, 384, "1.2.840.10045.4.3.2", "EC P-384", 48)]
    [InlineData(KeyAlgorithm.EcP521, 521, "1.2.840.10045.4.3.2", "EC P-521", 66)]
    [InlineData(KeyAlgorithm.Rsa2048, 2048, "1.2.840.113549.1.1.11", "RSA 2048", 32)]
    [InlineData(KeyAlgorithm.Rsa3072, 3072, "1.2.840.113549.1.1.11", "RSA 3072", 32)]
    public void Every_kind_is_made_read_again_and_signs(KeyAlgorithm algorithm, int bits, string oid, string words, int coordinate)
    {
        byte[] info;
        using (var made = FileDeviceKey.Create(File1, algorithm))
        {
            info = made.SubjectPublicKeyInfo.ToArray();
        }

        Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(File1));
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----\n", File.ReadAllText(File1), StringComparison.Ordinal);
        Assert.EndsWith("-----END PRIVATE KEY-----\n", File.ReadAllText(File1), StringComparison.Ordinal);
        using FileDeviceKey key = FileDeviceKey.TryOpen(File1)!;
        Assert.Equal(info, key.SubjectPublicKeyInfo.ToArray());
        Assert.Equal((oid, words, coordinate), (key.SignatureAlgorithmOid, algorithm.DisplayName(), algorithm.CoordinateLength()));
        Assert.Equal(algorithm, KeyAlgorithms.Of(info));
        using AsymmetricAlgorithm verifier = algorithm.IsRsa() ? RSA.Create() : ECDsa.Create();
        verifier.ImportSubjectPublicKeyInfo(info, out _);
        Assert.Equal(bits, verifier.KeySize);
        byte[] data = RandomNumberGenerator.GetBytes(100);
        byte[] signature = key.Sign(data);
        Assert.True(verifier is RSA rsa
            ? rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : ((ECDsa)verifier).VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    [Fact]
    public void What_is_no_key_of_ours_is_none()
    {
        Assert.Null(FileDeviceKey.TryOpen(File1));
        using var weak = RSA.Create(1024);
        using var other = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        string fits = ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem();
        string[] none = ["", "nothing", fits[..60], weak.ExportPkcs8PrivateKeyPem(), other.ExportPkcs8PrivateKeyPem()];
        Assert.All(none, text =>
        {
            File.WriteAllText(File1, text);
            Assert.Null(FileDeviceKey.TryOpen(File1));
        });
        Assert.Null(KeyAlgorithms.Of([]));
        Assert.Null(KeyAlgorithms.Of(weak.ExportSubjectPublicKeyInfo()));
        Assert.Null(KeyAlgorithms.Of(other.ExportSubjectPublicKeyInfo()));
    }

    [Fact]
    public void Both_kinds_are_taken_from_pkcs8()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (AsymmetricAlgorithm made in new AsymmetricAlgorithm[] { rsa, ec })
        {
            using FileDeviceKey key = FileDeviceKey.FromPkcs8(made.ExportPkcs8PrivateKey())!;
            Assert.Equal(made.ExportSubjectPublicKeyInfo(), key.SubjectPublicKeyInfo.ToArray());
        }

        Assert.Null(FileDeviceKey.FromPkcs8([1, 2, 3]));
    }

    public void Dispose() => directory.Delete(recursive: true);
}

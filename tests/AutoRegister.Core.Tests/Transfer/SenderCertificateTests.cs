using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Transfer;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>Which keys may sign a device's file, and which certificates prove it.</summary>
public sealed class SenderCertificateTests : IDisposable
{
    private readonly HandOver hand = new();

    [Theory]
    [InlineData(2048)]
    [InlineData(0)]
    public void RSA_and_EC_keys_sign(int rsaBits)
    {
        using var rsa = RSA.Create(Math.Max(rsaBits, 2048));
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        string keyFile = hand.In("own.key");
        File.WriteAllText(keyFile, rsaBits > 0 ? rsa.ExportPkcs8PrivateKeyPem() : elliptic.ExportECPrivateKeyPem());
        string certificate = hand.Save(rsaBits > 0
            ? new CertificateRequest("CN=own", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=own", elliptic, HashAlgorithmName.SHA256));
        using (var signer = SigningKey.Load(keyFile, null))
        using (var prover = new ProofMaker(null, signer))
        {
            new EnrollmentExport(null, withoutKey: true, prover, hand.Observer).Write(hand.MakeKey("lamp"), hand.In("file.json"), CancellationToken.None);
        }

        using var opener = KeyOpener.Create(null, null);
        using var sender = SenderCertificate.Load(certificate, DateTimeOffset.UtcNow);
        using var proofs = new ProofCheck(null, sender);
        Assert.IsType<DeviceKey>(new EnrollmentImport(proofs, opener, hand.Observer).Read(hand.In("file.json"), null, null, hand.In("device"), CancellationToken.None));
        Assert.Empty(hand.Observer.Warnings);
        hand.Refused("file.json", () => hand.Read("file.json", "other"), "it is another's");
    }

    [Fact]
    public void A_certificate_that_cannot_prove_a_signature_is_refused()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using var small = RSA.Create(1024);
        (string Path, DateTimeOffset Time, string Words)[] cases =
        [
            (hand.SenderCertificateFile(), now.AddDays(-3), "not valid before"),
            (hand.SenderCertificateFile(), now.AddDays(3), "expired"),
            (hand.Certificate(small), now, "1024 bits"),
            (hand.Certificate(usage: X509KeyUsageFlags.KeyEncipherment), now, "digitalSignature"),
        ];
        Assert.All(cases, one =>
        {
            AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => SenderCertificate.Load(one.Path, one.Time));
            Assert.Equal((ErrorId.SettingInvalid, one.Path), (error.Id, error.Target));
            Assert.Contains(one.Words, error.Message, StringComparison.Ordinal);
        });
        Assert.Equal(ErrorId.PrivateKeyLocked, Assert.Throws<AutoRegisterException>(() => SigningKey.Load(hand.SenderCertificateFile(), null)).Id);
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => SigningKey.Load(hand.In("none"), null)).Id);
    }

    public void Dispose() => hand.Dispose();
}

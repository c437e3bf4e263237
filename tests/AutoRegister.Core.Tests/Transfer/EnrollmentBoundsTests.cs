using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Transfer;
using AutoRegister.Core.X509;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Nist;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>A file cannot make whoever reads it work, or wait, for ever.</summary>
public sealed class EnrollmentBoundsTests : IDisposable
{
    private readonly HandOver hand = new();

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(PassphraseMac.MostRounds + 1)]
    [InlineData(0)]
    [InlineData(-1)]
    public void No_more_rounds_are_computed_than_are_bearable(int rounds)
    {
        hand.Worded(hand.MakeKey("lamp"), "file.json");
        hand.Tamper("file.json", document => document["proof"]!["rounds"] = rounds);
        hand.Refused("file.json", () => hand.ReadWorded("file.json", hand.Passphrase), "the file was changed");
    }

    [Fact]
    public void A_private_key_that_asks_for_more_work_than_is_bearable_is_not_opened()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        Assert.True(KeyProtection.IsBounded(Pem.Encode(KeyProtection.PassphraseLabel, key.ExportEncryptedPkcs8PrivateKey(hand.Passphrase.Utf8, parameters))));
        Assert.True(KeyProtection.IsBounded(Asking(PassphraseMac.MostRounds)));
        Assert.All([PassphraseMac.MostRounds + 1, int.MaxValue, 0, -1], rounds => Assert.False(KeyProtection.IsBounded(Asking(rounds))));
        var old = new PbeParameters(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, HashAlgorithmName.SHA1, 1000);
        Assert.False(KeyProtection.IsBounded(key.ExportEncryptedPkcs8PrivateKeyPem("correct horse", old)));
        Assert.False(KeyProtection.IsBounded(Pem.Encode(KeyProtection.PassphraseLabel, [0x30, 0x00])));

        DeviceKey device = hand.MakeKey("lamp");
        hand.ExportWithoutKey(device, "file.json");
        hand.Edit("file.json", document => document["key"]!["sealed"] = key.ExportEncryptedPkcs8PrivateKeyPem("correct horse", old));
        using var opener = KeyOpener.Create(hand.Passphrase, null);
        hand.Refused("file.json", () => hand.Read("file.json", "device", opener), "is not encrypted as Export-DeviceEnrollment does");
    }

    [Fact]
    public void A_request_for_a_key_that_no_device_has_is_not_verified()
    {
        hand.ExportWithoutKey(hand.MakeKey("lamp"), "file.json");
        using var large = RSA.Create(4096);
        var request = new CertificateRequest("CN=lamp", large, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        hand.Edit("file.json", document => document["key"]!["certificateRequest"] = request.CreateSigningRequestPem());
        hand.Refused("file.json", () => hand.Read("file.json", "device"), "a kind of key that no device has");
        hand.Edit("file.json", document => document["key"]!["certificateRequest"] = new string('x', 20_000));
        hand.Refused("file.json", () => hand.Read("file.json", "device"), "its CSR is longer than any");
    }

    [Fact]
    public void A_pipe_in_place_of_the_file_is_not_waited_for()
    {
        using Process made = Process.Start("mkfifo", [hand.In("pipe.json")])!;
        made.WaitForExit();
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.Read("pipe.json", "device"));
        Assert.Equal(ErrorId.FileUnreadable, error.Id);
    }

    public void Dispose() => hand.Dispose();

    private static string Asking(int rounds)
    {
        var derivation = new KeyDerivationFunc(PkcsObjectIdentifiers.IdPbkdf2, new Pbkdf2Params(new byte[16], rounds));
        var cipher = new EncryptionScheme(NistObjectIdentifiers.IdAes256Cbc, new DerOctetString(new byte[16]));
        var algorithm = new AlgorithmIdentifier(PkcsObjectIdentifiers.IdPbeS2, new PbeS2Parameters(derivation, cipher));
        return Pem.Encode(KeyProtection.PassphraseLabel, new EncryptedPrivateKeyInfo(algorithm, new byte[64]).GetEncoded());
    }
}

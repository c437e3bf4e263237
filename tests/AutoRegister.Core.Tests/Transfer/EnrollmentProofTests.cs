using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using AutoRegister.Core.Certificates;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Tests.Keys.Pkcs11;
using AutoRegister.Core.Transfer;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Nist;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>Who wrote a device's file, and that nobody changed any of it: by the sender's certificate, by the passphrase, or not at all.</summary>
public sealed class EnrollmentProofTests : IDisposable
{
    private readonly HandOver hand = new();

    public static TheoryData<string, string> Changes => new()
    {
        { "state", "\"RequestSent\"" },
        { "device.tags", "[\"evil\"]" },
        { "device.deviceGroup", "\"evil\"" },
        { "device.deviceApi", "\"https://evil.example/\"" },
        { "device.oAuthBase", "\"https://evil.example/\"" },
        { "device.apiTokenHeader", "\"X-EVIL\"" },
        { "device.name", "\"evil\"" },
        { "device.hardwareId", "\"evil\"" },
        { "device.apps", "[\"evil\"]" },
        { "device.useOstreeServer", "false" },
        { "device.token", "{ \"label\": \"evil\" }" },
        { "key.replace", "true" },
        { "key.certificateId", "\"09\"" },
        { "key.orphans", "[\"evil\"]" },
        { "key.uuidIsOurs", "false" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Whatever_is_changed_the_sender_did_not_sign_it(string where, string value)
    {
        hand.ExportWithoutKey(hand.MakeKey("lamp"), "file.json");
        Change(where, value);
        Refused("file.json", () => hand.Read("file.json", "device"), "it is not what the sender signed");
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Whatever_is_changed_the_passphrase_does_not_prove_it(string where, string value)
    {
        Worded(hand.MakeKey("lamp"), "file.json");
        Assert.IsType<DeviceKey>(ReadWorded("file.json", hand.Passphrase));
        Directory.Delete(hand.In("device"), recursive: true);
        Change(where, value);
        Refused("file.json", () => ReadWorded("file.json", hand.Passphrase), "the file was changed");
    }

    [Fact]
    public void A_key_and_a_request_that_fit_each_other_do_not_take_the_place_of_the_devices()
    {
        DeviceKey lamp = hand.MakeKey("lamp");
        hand.ExportWithoutKey(lamp, "file.json");
        DeviceKey evil = hand.Enroller().MakeKey(hand.Config("evil") with { Uuid = lamp.Uuid }, replace: false, CancellationToken.None);
        hand.Tamper("file.json", document =>
        {
            document["key"]!["certificateRequest"] = evil.CertificateRequest;
            document["key"]!["fingerprint"] = evil.KeyFingerprint;
        });
        Refused("file.json", () => hand.Read("file.json", "device"), "it is not what the sender signed");
    }

    [Fact]
    public void A_file_without_the_proof_that_is_asked_for_is_refused()
    {
        DeviceKey key = hand.MakeKey("lamp");
        new EnrollmentExport(null, withoutKey: true, prover: null, hand.Observer).Write(key, hand.In("bare.json"), CancellationToken.None);
        Refused("bare.json", () => hand.Read("bare.json", "device"), "it is not signed");
        Refused("bare.json", () => ReadWorded("bare.json", hand.Passphrase), "it was not exported with a passphrase");
        hand.ExportWithoutKey(key, "signed.json");
        hand.Tamper("signed.json", document => document["proof"]!["signature"] = "AAAA");
        Refused("signed.json", () => hand.Read("signed.json", "device"), "it is not what the sender signed");
        hand.Tamper("signed.json", document => document["proof"]!["signature"] = "no base64!");
        Refused("signed.json", () => hand.Read("signed.json", "device"), "it is not what the sender signed");
    }

    [Fact]
    public void A_wrong_passphrase_is_told_from_a_changed_file_where_there_is_a_key_to_try()
    {
        using var prover = new ProofMaker(hand.Passphrase, null);
        new EnrollmentExport(KeySeal.With(hand.Passphrase), withoutKey: false, prover, hand.Observer).Write(hand.MakeKey("lamp"), hand.In("file.json"), CancellationToken.None);
        using Secret wrong = SoftHsm.Secret("incorrect horse");
        Assert.Equal(ErrorId.PrivateKeyLocked, Assert.Throws<AutoRegisterException>(() => ReadWorded("file.json", wrong)).Id);
        hand.Tamper("file.json", document => document["device"]!["name"] = "evil");
        Refused("file.json", () => ReadWorded("file.json", hand.Passphrase), "the file was changed");
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(0)]
    public void RSA_and_EC_keys_sign(int rsaBits)
    {
        using RSA rsa = RSA.Create(Math.Max(rsaBits, 2048));
        using ECDsa elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        string keyFile = hand.In("own.key");
        File.WriteAllText(keyFile, rsaBits > 0 ? rsa.ExportPkcs8PrivateKeyPem() : elliptic.ExportECPrivateKeyPem());
        string certificate = hand.Save(rsaBits > 0
            ? new CertificateRequest("CN=own", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=own", elliptic, HashAlgorithmName.SHA256));
        using (SigningKey signer = SigningKey.Load(keyFile, null))
        using (var prover = new ProofMaker(null, signer))
        {
            new EnrollmentExport(null, withoutKey: true, prover, hand.Observer).Write(hand.MakeKey("lamp"), hand.In("file.json"), CancellationToken.None);
        }

        using KeyOpener opener = KeyOpener.Create(null, null);
        using SenderCertificate sender = SenderCertificate.Load(certificate, DateTimeOffset.UtcNow);
        using var proofs = new ProofCheck(null, sender);
        Assert.IsType<DeviceKey>(new EnrollmentImport(proofs, opener, hand.Observer).Read(hand.In("file.json"), null, null, hand.In("device"), CancellationToken.None));
        Assert.Empty(hand.Observer.Warnings);
        Refused("file.json", () => hand.Read("file.json", "other"), "it is another's");
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

    [Fact]
    public void Without_a_proof_an_identity_is_taken_and_no_more_and_that_is_said()
    {
        SotaConfig told = hand.Config("lamp") with { Tags = ["evil"], DeviceGroup = "evil", Apps = ["evil"], DeviceApi = new Uri("https://evil.example/"), SotaDirectory = "/etc" };
        DeviceKey key = hand.Enroller().MakeKey(told, replace: false, CancellationToken.None);
        hand.ExportWithoutKey(key, "file.json");
        hand.Edit("file.json", document =>
        {
            document["state"] = "RequestSent";
            document["key"]!["replace"] = true;
            document["key"]!["certificateId"] = "09";
            document["key"]!["orphans"] = new JsonArray("evil");
        });
        SotaConfig machine = hand.Config("station") with { Tags = ["main"], HardwareId = "ours", SotaDirectory = "/var/own" };
        DeviceKey taken = Assert.IsType<DeviceKey>(ReadUnproven("file.json", machine));
        Assert.Equal(("lamp", key.Uuid, key.CertificateRequest, RegistrationState.KeyMade, false), (taken.Name, taken.Uuid, taken.CertificateRequest, taken.State, taken.Replace));
        Assert.Equal(
            ("main", "ours", null, machine.DeviceApi, "/var/own", 0),
            (taken.Config.Tags.Single(), taken.Config.HardwareId, taken.Config.DeviceGroup, taken.Config.DeviceApi, taken.Config.SotaDirectory, taken.Config.Apps.Count));
        JournalEntry entry = new EnrollmentJournal(hand.In("device")).Read(hand.Observer)!;
        Assert.Equal((false, string.Empty, 0), (entry.Replace, entry.CertificateId, entry.Orphans.Count));
        Assert.Contains(hand.Observer.Warnings, warning => warning.StartsWith("Nothing proves who wrote", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_proof_and_without_a_configuration_of_this_machine_nothing_is_taken()
    {
        hand.ExportWithoutKey(hand.MakeKey("lamp"), "file.json");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => ReadUnproven("file.json", null));
        Assert.Equal(ErrorId.SettingInvalid, error.Id);
        Assert.Contains("-BaseConfig", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(Directory.Exists(hand.In("device")));
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(PassphraseMac.MostRounds + 1)]
    [InlineData(0)]
    [InlineData(-1)]
    public void No_more_rounds_are_computed_than_are_bearable(int rounds)
    {
        Worded(hand.MakeKey("lamp"), "file.json");
        hand.Tamper("file.json", document => document["proof"]!["rounds"] = rounds);
        Refused("file.json", () => ReadWorded("file.json", hand.Passphrase), "the file was changed");
    }

    [Fact]
    public void A_private_key_that_asks_for_more_work_than_is_bearable_is_not_opened()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        Assert.True(KeySeal.IsBounded(Pem.Encode(KeySeal.PassphraseLabel, key.ExportEncryptedPkcs8PrivateKey(hand.Passphrase.Utf8, parameters))));
        Assert.True(KeySeal.IsBounded(Asking(PassphraseMac.MostRounds)));
        Assert.All([PassphraseMac.MostRounds + 1, int.MaxValue, 0, -1], rounds => Assert.False(KeySeal.IsBounded(Asking(rounds))));
        var old = new PbeParameters(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, HashAlgorithmName.SHA1, 1000);
        Assert.False(KeySeal.IsBounded(key.ExportEncryptedPkcs8PrivateKeyPem("correct horse", old)));
        Assert.False(KeySeal.IsBounded(Pem.Encode(KeySeal.PassphraseLabel, [0x30, 0x00])));

        DeviceKey device = hand.MakeKey("lamp");
        hand.ExportWithoutKey(device, "file.json");
        hand.Edit("file.json", document => document["key"]!["sealed"] = key.ExportEncryptedPkcs8PrivateKeyPem("correct horse", old));
        using KeyOpener opener = KeyOpener.Create(hand.Passphrase, null);
        Refused("file.json", () => hand.Read("file.json", "device", opener), "is not encrypted as Export-DeviceEnrollment does");
    }

    [Fact]
    public void A_request_for_a_key_that_no_device_has_is_not_verified()
    {
        hand.ExportWithoutKey(hand.MakeKey("lamp"), "file.json");
        using RSA large = RSA.Create(4096);
        var request = new CertificateRequest("CN=lamp", large, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        hand.Edit("file.json", document => document["key"]!["certificateRequest"] = request.CreateSigningRequestPem());
        Refused("file.json", () => hand.Read("file.json", "device"), "a kind of key that no device has");
        hand.Edit("file.json", document => document["key"]!["certificateRequest"] = new string('x', 20_000));
        Refused("file.json", () => hand.Read("file.json", "device"), "its CSR is longer than any");
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
        return Pem.Encode(KeySeal.PassphraseLabel, new EncryptedPrivateKeyInfo(algorithm, new byte[64]).GetEncoded());
    }

    private void Change(string where, string value)
    {
        string[] names = where.Split('.');
        hand.Tamper("file.json", document => (names.Length == 1 ? document : document[names[0]]!)[names[^1]] = JsonNode.Parse(value));
    }

    private void Worded(DeviceKey key, string file)
    {
        using var prover = new ProofMaker(hand.Passphrase, null);
        new EnrollmentExport(null, withoutKey: true, prover, hand.Observer).Write(key, hand.In(file), CancellationToken.None);
    }

    private object ReadWorded(string file, Secret passphrase)
    {
        using KeyOpener opener = KeyOpener.Create(passphrase, null);
        using var proofs = new ProofCheck(passphrase, null);
        return new EnrollmentImport(proofs, opener, hand.Observer).Read(hand.In(file), null, null, hand.In("device"), CancellationToken.None);
    }

    private object ReadUnproven(string file, SotaConfig? machine)
    {
        using KeyOpener opener = KeyOpener.Create(null, null);
        using var proofs = new ProofCheck(null, null);
        return new EnrollmentImport(proofs, opener, hand.Observer).Read(hand.In(file), machine, null, hand.In("device"), CancellationToken.None);
    }

    private void Refused(string file, Action read, string words)
    {
        string journal = Path.Join(hand.In("device"), ".registration");
        bool before = Directory.Exists(journal);
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(read);
        Assert.Equal((ErrorId.EnrollmentFileInvalid, hand.In(file)), (error.Id, error.Target));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.Exists(journal));
    }
}

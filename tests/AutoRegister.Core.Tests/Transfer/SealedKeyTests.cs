using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.Transfer;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>What is needed to open a sealed key is named, limits are exact, and a key that nobody can open here is kept as it is.</summary>
public sealed class SealedKeyTests : IDisposable
{
    private readonly HandOver hand = new();

    [Fact]
    public void What_is_missing_and_what_is_wrong_are_told_apart()
    {
        hand.Export("words", KeyProtection.With(hand.Passphrase));
        hand.Export("envelope", KeyProtection.For(hand.Certificate(), DateTimeOffset.UtcNow));
        using var stranger = RSA.Create(2048);
        File.WriteAllText(hand.In("stranger.pem"), stranger.ExportPkcs8PrivateKeyPem());
        using Secret wrong = SoftHsm.Secret("incorrect horse");
        using var words = KeyOpener.Create(hand.Passphrase, null);
        using var otherWords = KeyOpener.Create(wrong, null);
        using var key = KeyOpener.Create(null, hand.RecipientKey(null));
        using var otherKey = KeyOpener.Create(null, hand.In("stranger.pem"));
        (string File, KeyOpener Opener, string Words, string Action)[] cases =
        [
            ("words.json", key, "is sealed with a passphrase", "Give -Passphrase."),
            ("words.json", otherWords, "does not open with this passphrase", "Give the passphrase"),
            ("envelope.json", words, "is sealed with a certificate", "with -RecipientKeyPath."),
            ("envelope.json", otherKey, "does not open with this recipient's key", "Give the private key of the certificate"),
        ];
        Assert.All(cases, one =>
        {
            AutoRegisterException error = hand.Fail(one.File, one.Opener);
            Assert.Equal((ErrorId.PrivateKeyLocked, hand.In(one.File)), (error.Id, error.Target));
            Assert.Contains(one.Words, error.Message, StringComparison.Ordinal);
            Assert.Contains(one.Action, error.RecommendedAction, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_recipients_key_that_does_not_open_says_whether_a_passphrase_was_given()
    {
        string locked = hand.RecipientKey("another");
        AutoRegisterException without = Assert.Throws<AutoRegisterException>(() => KeyOpener.Create(null, locked));
        AutoRegisterException with = Assert.Throws<AutoRegisterException>(() => KeyOpener.Create(hand.Passphrase, locked));
        Assert.Equal((ErrorId.PrivateKeyLocked, locked, ErrorId.PrivateKeyLocked, locked), (without.Id, without.Target, with.Id, with.Target));
        Assert.Contains("without a passphrase", without.Message, StringComparison.Ordinal);
        Assert.Contains("with this passphrase", with.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipients_key_in_the_clear_needs_no_passphrase_and_is_gone_when_it_is_disposed_of()
    {
        hand.Export("sealed", KeyProtection.For(hand.Certificate(), DateTimeOffset.UtcNow));
        var opener = KeyOpener.Create(hand.Passphrase, hand.RecipientKey(null));
        Assert.IsType<DeviceKey>(hand.Read("sealed.json", "first", opener));
        opener.Dispose();
        Assert.Equal(ErrorId.PrivateKeyLocked, hand.Fail("sealed.json", opener).Id);
    }

    [Fact]
    public void Nobody_who_opens_it_and_it_is_kept_sealed_until_somebody_does()
    {
        hand.Export("sealed", KeyProtection.With(hand.Passphrase));
        Directory.CreateDirectory(hand.In("device"), DurableDirectory.Public);
        hand.Read("sealed.json", "device");
        string kept = Path.Join(hand.In("device"), ".registration", "pkey.sealed");
        Assert.Equal((string?)hand.Json("sealed.json")["key"]!["sealed"], File.ReadAllText(kept));
        Assert.Equal((AtomicFile.OwnerOnly, DurableDirectory.OwnerOnly), (File.GetUnixFileMode(kept), File.GetUnixFileMode(hand.In("device"))));
        Assert.True(Entry().KeyIsElsewhere);

        using var opener = KeyOpener.Create(hand.Passphrase, null);
        hand.Read("sealed.json", "device", opener);
        Assert.False(Entry().KeyIsElsewhere);
        string key = Path.Join(hand.In("device"), ".registration", "pkey.pem");
        using var opened = FileDeviceKey.TryOpen(key);
        Assert.NotNull(opened);

        // It is here now: nothing has to be opened a second time.
        using Secret wrong = SoftHsm.Secret("incorrect horse");
        using var guessed = KeyOpener.Create(wrong, null);
        hand.Read("sealed.json", "device", guessed);
        Assert.False(Entry().KeyIsElsewhere);
        Assert.Contains(hand.Observer.Steps, step => step.Contains("sealed was taken up", StringComparison.Ordinal));
    }

    [Fact]
    public void A_passphrase_has_eight_characters()
    {
        using Secret shortest = SoftHsm.Secret("12345678");
        Assert.Equal(KeyCustody.Passphrase, KeyProtection.With(shortest).Custody);
        using Secret shorter = SoftHsm.Secret("1234567");
        Assert.Equal("Passphrase", Assert.Throws<AutoRegisterException>(() => KeyProtection.With(shorter)).Target);
    }

    [Fact]
    public void A_certificate_is_good_from_its_first_second_to_its_last()
    {
        string path = hand.Certificate();
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(path);
        DateTimeOffset first = certificate.NotBefore;
        DateTimeOffset last = certificate.NotAfter;
        Assert.All([first, last], time => Assert.Equal(KeyCustody.Certificate, KeyProtection.For(path, time).Custody));
        Assert.All([first.AddSeconds(-1), last.AddSeconds(1)], time => Assert.Equal(path, Assert.Throws<AutoRegisterException>(() => KeyProtection.For(path, time)).Target));
        File.WriteAllBytes(hand.In("certificate.der"), certificate.RawData);
        Assert.Equal(KeyCustody.Certificate, KeyProtection.For(hand.In("certificate.der"), first).Custody);
    }

    [Fact]
    public void An_envelope_opens_for_its_recipient_only_and_rubbish_for_nobody()
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(hand.Certificate());
        byte[] envelope = KeyEnvelope.Seal("content"u8.ToArray(), certificate);
        byte[] key = hand.Recipient.ExportPkcs8PrivateKey();
        Assert.Equal("content"u8.ToArray(), KeyEnvelope.Open(envelope, key));
        Assert.Null(KeyEnvelope.Open([0x30, 0x00], key));
        Assert.Null(KeyEnvelope.Open(envelope, [0x30, 0x00]));
        Assert.Null(KeyEnvelope.Open(envelope[..^20], key));
    }

    [Fact]
    public void A_key_is_read_whatever_kind_it_is_and_is_gone_when_it_is_disposed_of()
    {
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        string locked = elliptic.ExportEncryptedPkcs8PrivateKeyPem("correct horse", parameters);
        Assert.Equal(hand.Recipient.ExportPkcs8PrivateKey(), Import(hand.Recipient.ExportPkcs8PrivateKeyPem(), null));
        Assert.Equal(elliptic.ExportPkcs8PrivateKey(), Import(elliptic.ExportPkcs8PrivateKeyPem(), hand.Passphrase));
        Assert.Equal(elliptic.ExportPkcs8PrivateKey(), Import(locked, hand.Passphrase));
        Assert.Null(Import(locked, null));
        Assert.Null(Import("nothing", null));

        var key = new AnyKey();
        Assert.True(key.TryImport(locked, hand.Passphrase));
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(key.ToPkcs8);
    }

    public void Dispose() => hand.Dispose();

    private static byte[]? Import(string pem, Secret? passphrase)
    {
        using var key = new AnyKey();
        return key.TryImport(pem, passphrase) ? key.ToPkcs8() : null;
    }

    private JournalEntry Entry() => new EnrollmentJournal(hand.In("device")).Read(hand.Observer)!;
}

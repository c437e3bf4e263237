using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.Transfer;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>What opens a sealed key, what does not, and for whom none can be sealed.</summary>
public sealed class KeyProtectionTests : IDisposable
{
    private readonly HandOver hand = new();

    [Fact]
    [Trait("Takes", "long")]
    public void What_does_not_open_leaves_nothing_behind()
    {
        hand.Export("locked", KeyProtection.With(hand.Passphrase));
        using Secret wrong = SoftHsm.Secret("incorrect horse");
        using var guessed = KeyOpener.Create(wrong, null);
        using var otherKind = KeyOpener.Create(null, hand.RecipientKey(null));
        Assert.All([guessed, otherKind], opener => Assert.Equal(ErrorId.PrivateKeyLocked, hand.Fail("locked.json", opener).Id));
        Assert.False(Directory.Exists(Path.Join(hand.In("device"), ".registration")));

        hand.Export("enveloped", KeyProtection.For(hand.Certificate(), DateTimeOffset.UtcNow));
        using var worded = KeyOpener.Create(hand.Passphrase, null);
        string strangerPath = hand.In("stranger.pem");
        using (var stranger = RSA.Create(2048))
        {
            File.WriteAllText(strangerPath, stranger.ExportPkcs8PrivateKeyPem());
        }

        using var foreign = KeyOpener.Create(null, strangerPath);
        string ecPath = hand.In("ec.pem");
        using (var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            File.WriteAllText(ecPath, ec.ExportPkcs8PrivateKeyPem());
        }

        using var elliptic = KeyOpener.Create(null, ecPath);
        Assert.All([worded, foreign, elliptic], opener => Assert.Equal(ErrorId.PrivateKeyLocked, hand.Fail("enveloped.json", opener).Id));
        Assert.False(Directory.Exists(Path.Join(hand.In("device"), ".registration")));
    }

    [Fact]
    public void Another_devices_sealed_key_is_refused()
    {
        hand.Export("one", KeyProtection.With(hand.Passphrase));
        hand.Export("two", KeyProtection.With(hand.Passphrase));
        JsonNode one = JsonNode.Parse(File.ReadAllText(hand.In("one.json")))!;
        one["key"]!["sealed"] = JsonNode.Parse(File.ReadAllText(hand.In("two.json")))!["key"]!["sealed"]!.GetValue<string>();
        File.WriteAllText(hand.In("one.json"), one.ToJsonString());
        using var opener = KeyOpener.Create(hand.Passphrase, null);
        Assert.Equal(ErrorId.EnrollmentFileInvalid, hand.Fail("one.json", opener).Id);
    }

    [Fact]
    public void A_recipients_key_may_be_encrypted_itself()
    {
        hand.Export("sealed", KeyProtection.For(hand.Certificate(), DateTimeOffset.UtcNow));
        string path = hand.RecipientKey("correct horse");
        using var opener = KeyOpener.Create(hand.Passphrase, path);
        Assert.Equal(RegistrationState.KeyMade, Assert.IsType<DeviceKey>(hand.Read("sealed.json", "device", opener)).State);
        Assert.True(File.Exists(Path.Join(hand.In("device"), ".registration", "pkey.pem")));
        Assert.Equal(ErrorId.PrivateKeyLocked, Assert.Throws<AutoRegisterException>(() => KeyOpener.Create(null, path)).Id);
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => KeyOpener.Create(null, hand.In("missing.pem"))).Id);
    }

    [Fact]
    public void A_certificate_that_cannot_receive_a_key_is_refused()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => KeyProtection.For(hand.In("missing.pem"), now)).Id);
        File.WriteAllText(hand.In("no.pem"), "nothing");
        using var small = RSA.Create(1024);
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ec = new CertificateRequest("CN=ec", elliptic, HashAlgorithmName.SHA256);
        (string Path, DateTimeOffset Time, string Words)[] cases =
        [
            (hand.In("no.pem"), now, "holds no certificate"),
            (hand.Certificate(), now.AddDays(-3), "not valid before"),
            (hand.Certificate(), now.AddDays(3), "expired"),
            (hand.Certificate(small), now, "1024 bits"),
            (hand.Save(ec), now, "not RSA"),
            (hand.Certificate(usage: X509KeyUsageFlags.DigitalSignature), now, "keyEncipherment"),
        ];
        Assert.All(cases, one =>
        {
            AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => KeyProtection.For(one.Path, one.Time));
            Assert.Equal(ErrorId.SettingInvalid, error.Id);
            Assert.Contains(one.Words, error.Message, StringComparison.Ordinal);
        });
        Assert.Equal(KeyCustody.Certificate, KeyProtection.For(hand.Certificate(usage: X509KeyUsageFlags.KeyEncipherment), now).Custody);
    }

    public void Dispose() => hand.Dispose();
}

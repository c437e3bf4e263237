using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>A device whose key is to be in a token: which keys there are its own, and what happens when the place changes.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class KeyStoreChoiceTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly UnregisteredDevice device = new();

    private SotaConfig InToken => device.Config with { Hsm = hsm.Settings };

    [Theory]
    [InlineData(RegistrationState.KeyMade, false)]
    [InlineData(RegistrationState.RequestSent, true)]
    public void A_key_that_is_to_be_elsewhere_begins_anew(RegistrationState state, bool known)
    {
        DeviceKey inFile = device.MakeKey(device.Config);
        device.Journal.Save(device.Entry with { State = state });
        DeviceKey inToken = device.MakeKey(InToken);
        Assert.NotEqual(inFile.Uuid, inToken.Uuid);
        Assert.NotEqual(inFile.KeyFingerprint, inToken.KeyFingerprint);
        Assert.StartsWith("pkcs11:token=aktualizr;", inToken.KeyLocation, StringComparison.Ordinal);
        Assert.Equal(("token aktualizr", RegistrationState.KeyMade), (device.Entry.KeyStore, device.Entry.State));
        Assert.Equal(known ? [inFile.Uuid] : [], device.Entry.Orphans);
        Assert.Contains(device.Observer.Warnings, warning => warning.Contains("file before, token aktualizr now", StringComparison.Ordinal));

        // The same place is no change.
        int warnings = device.Observer.Warnings.Count;
        Assert.Equal(inToken.CertificateRequest, device.MakeKey(InToken).CertificateRequest);
        Assert.Equal(warnings, device.Observer.Warnings.Count);
    }

    [Fact]
    public void A_strangers_key_is_in_the_way_unless_it_is_to_be_replaced()
    {
        string stranger = MakeStranger();
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => device.MakeKey(InToken));
        Assert.Equal(ErrorId.HsmObjectConflict, error.Id);
        Assert.Null(device.Journal.Read(device.Observer));
        DeviceKey forced = device.MakeKey(InToken, new KeyChoice { Replace = true });
        Assert.NotEqual(stranger, forced.KeyFingerprint);
    }

    [Fact]
    public void After_a_damaged_journal_the_key_that_is_there_is_taken_up()
    {
        DeviceKey first = device.MakeKey(InToken);
        File.WriteAllText(Path.Join(device.Journal.JournalPath, "journal.json"), "{");
        DeviceKey again = device.MakeKey(InToken);
        Assert.Equal((first.KeyFingerprint, first.Uuid), (again.KeyFingerprint, again.Uuid));
        File.WriteAllText(Path.Join(device.Journal.JournalPath, "journal.json"), "{");
        File.WriteAllText(Path.Join(device.Journal.JournalPath, "identity.json"), "{");
        again = device.MakeKey(InToken);
        Assert.Equal(first.KeyFingerprint, again.KeyFingerprint);
        Assert.NotEqual(first.Uuid, again.Uuid);
        Assert.Equal(4, device.Observer.Warnings.Count);
    }

    [Fact]
    public void A_key_that_a_killed_run_made_is_taken_up_whatever_kind_it_is()
    {
        DeviceKey first = device.MakeKey(InToken);
        device.Journal.Save(device.Entry with { State = RegistrationState.Unregistered, KeyFingerprint = string.Empty, CertificateRequest = string.Empty });
        DeviceKey again = device.MakeKey(InToken, KeyAlgorithm.EcP384);
        Assert.Equal((first.KeyFingerprint, first.Uuid, RegistrationState.KeyMade), (again.KeyFingerprint, again.Uuid, again.State));
        Assert.Contains("EC P-256 key already", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_run_left_without_a_name_goes_and_what_was_there_before_stays()
    {
        SoftHsm.InitializeToken("aktualizr");
        StoreNameless("before");
        device.MakeKey(InToken);
        Assert.Single(device.Entry.ForeignObjects);
        StoreNameless("after");
        Assert.Equal(2, CountCertificates());
        device.MakeKey(InToken);
        Assert.Equal(1, CountCertificates());
        Assert.Single(device.Entry.ForeignObjects);
    }

    [Fact]
    public void An_existing_key_is_used_and_named_by_label_and_id()
    {
        SoftHsm.InitializeToken("aktualizr");
        SoftHsm.Pkcs11Tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "device", "--id", "02");
        var choice = new KeyChoice { Existing = new KeyReference("device", null) };
        DeviceKey key = device.MakeKey(InToken, choice);
        Assert.Equal(new KeyReference("device", "02"), key.Config.Decisions.ExistingKey);
        Assert.Equal("token aktualizr, existing key id 02", device.Entry.KeyStore);
        Assert.Equal(key.CertificateRequest, device.MakeKey(InToken, choice).CertificateRequest);
        using TokenSession session = hsm.Open(mayInitialize: false);
        Assert.Equal(2, session.FindObjects().Count);
    }

    [Fact]
    public void Without_a_token_there_is_no_existing_key()
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => device.MakeKey(device.Config, new KeyChoice { Existing = new KeyReference("device", null) }));
        Assert.Equal(ErrorId.HsmSettingMissing, error.Id);
        Assert.False(Directory.Exists(device.Config.SotaPath));
        Assert.Equal(RegistrationState.KeyMade, device.MakeKey(device.Config, new KeyChoice { EraseToken = true }).State);
    }

    [Fact]
    public void A_token_may_be_erased_when_that_was_asked_for_and_only_then()
    {
        Assert.False(device.MakeKey(InToken).Config.Decisions.MayErase);
        Assert.True(device.MakeKey(InToken, new KeyChoice { EraseToken = true }).Config.Decisions.MayErase);
    }

    public void Dispose()
    {
        device.Dispose();
        hsm.Dispose();
    }

    private static void StoreNameless(string commonName)
    {
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, TestCertificate.ForNewKey(commonName));
        SoftHsm.Pkcs11Tool("--write-object", path, "--type", "cert");
        File.Delete(path);
    }

    private int CountCertificates()
    {
        using TokenSession session = hsm.Open(mayInitialize: false);
        return session.FindObjects().Count(found => found.Kind == TokenObjectKind.Certificate);
    }

    private string MakeStranger()
    {
        using TokenSession session = hsm.Open();
        using TokenKey key = session.GenerateKey(new KeyRequest());
        return PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span);
    }
}

using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Tests.Pkcs11;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>A key of the manufacturer's: it is found by whatever names it, used, and never removed.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class ExistingKeyStoreTests : IDisposable
{
    private readonly SoftHsm hsm = new();

    public ExistingKeyStoreTests() => hsm.Open().Dispose();

    public void Dispose() => hsm.Dispose();

    [Fact]
    public void Only_certificates_in_the_way_are_cleared()
    {
        using TokenSession beside = hsm.Open();
        beside.GenerateKey(new KeyRequest("vendor", 2));
        beside.GenerateKey(new KeyRequest("tls", 7));
        beside.StoreCertificate(TestCertificate.ForNewKey("stranger"));
        beside.StoreCertificate(TestCertificate.ForNewKey("other"), "other", 8);
        using ExistingKeyStore store = Open(new KeyReference("vendor", null));
        Assert.Equal("token aktualizr, existing key id 02", store.Description);
        store.RequireFree();
        store.Clear();
        Assert.Equal(["other", "tls", "tls", "vendor", "vendor"], beside.FindObjects().Select(o => o.Label).Order(StringComparer.Ordinal));
        Assert.Single(hsm.Observer.Warnings);
    }

    [Fact]
    public void The_key_is_what_it_is_whatever_is_asked_for()
    {
        using TokenSession beside = hsm.Open();
        string fingerprint = PublicKeyHash.Of(beside.GenerateKey(new KeyRequest("a b", 2)).SubjectPublicKeyInfo.Span);
        using ExistingKeyStore store = Open(new KeyReference(null, "02"));
        Assert.Null(store.Find("other"));
        IDeviceKey key = store.Find(fingerprint)!;
        Assert.Same(key, store.Make([], KeyAlgorithm.Rsa2048));
        Assert.Equal("pkcs11:token=aktualizr;object=a%20b;id=%02;type=private", store.Location);
        Assert.Null(store.FindDeviceUuid());
        SotaConfig refined = store.Refine(new SotaConfig { Factory = "acme", Tags = ["main"], HardwareId = "x", Hsm = hsm.Settings });
        Assert.Equal(new KeyReference("a b", "02"), refined.Decisions.ExistingKey);
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign([1]));
    }

    [Fact]
    public void What_is_incomplete_goes_unless_it_was_there_before()
    {
        Raw.WithSession(session =>
        {
            Raw.GenerateKey(session, "vendor", 2);
            Raw.GenerateKey(session, string.Empty, 9);
        });
        using ExistingKeyStore store = Open(new KeyReference("vendor", null));
        IReadOnlyList<string> before = store.Inventory();
        Assert.Equal(2, before.Count);
        store.RemoveIncomplete(before);
        Assert.Equal(2, store.Inventory().Count);
        store.RemoveIncomplete([]);
        Assert.Empty(store.Inventory());
        store.MakeDurable();
    }

    [Theory]
    [InlineData("vendor", 5, true)]
    [InlineData("else", 2, true)]
    [InlineData("else", 5, false)]
    public void Its_public_half_may_be_in_a_certificate_with_its_id_or_label(string label, byte id, bool found)
    {
        using TokenSession session = hsm.Open();
        using TokenKey made = session.GenerateKey(new KeyRequest("vendor", 2));
        session.StoreCertificate(TestCertificate.For(made.SubjectPublicKeyInfo.Span, "device"), label, id);
        session.DestroyObjects(session.FindObjects().Where(o => o.Kind == TokenObjectKind.PublicKey).ToList());
        TokenKey? key = null;
        Exception? e = Record.Exception(() => key = session.FindExistingKey(new KeyReference("vendor", null), forOtaClient: true));
        Assert.Equal(found ? null : ErrorId.HsmKeyUnusable, (e as AutoRegisterException)?.Id);
        Assert.Equal(found, key?.SubjectPublicKeyInfo.Span.SequenceEqual(made.SubjectPublicKeyInfo.Span) ?? false);
        if (key is not null)
        {
            session.DestroyKey(key);
            Assert.DoesNotContain(session.FindObjects(), o => o.Kind == TokenObjectKind.PrivateKey);
        }
    }

    [Fact]
    public void A_public_key_with_its_id_comes_before_one_with_its_label()
    {
        using TokenSession session = hsm.Open();
        using TokenKey made = session.GenerateKey(new KeyRequest("vendor", 2));
        session.GenerateKey(new KeyRequest("stranger", 6));
        using (var module = Pkcs11Module.Open(SoftHsm.ModulePath))
        {
            using ISession raw = module.Loaded.Slots(SlotsType.WithTokenPresent).First(s => s.SlotId == session.Token.SlotId).OpenSession(SessionType.ReadWrite);
            Raw.Rename(raw, CKO.CKO_PUBLIC_KEY, "stranger", "vendor", 6);
            Raw.Rename(raw, CKO.CKO_PRIVATE_KEY, "stranger", "moved", 6);
        }

        Assert.Equal(made.SubjectPublicKeyInfo.ToArray(), session.FindExistingKey(new KeyReference(null, "02")).SubjectPublicKeyInfo.ToArray());
    }

    [Fact]
    public void A_token_without_private_keys_says_that_it_holds_none()
    {
        var reference = new KeyReference("vendor", null);
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => Open(reference));
        Assert.Equal((ErrorId.HsmKeyNotFound, reference), (e.Id, e.Target));
        Assert.Contains("It holds none.", e.Message, StringComparison.Ordinal);

        // What was opened is closed: another module's use would find the token logged in otherwise.
        Raw.WithSession(_ => { });
    }

    private ExistingKeyStore Open(KeyReference key) => ExistingKeyStore.Open(hsm.Settings, key, hsm.Observer);
}

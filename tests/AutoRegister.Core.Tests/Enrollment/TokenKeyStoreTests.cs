using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Line;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Tests.Pkcs11;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>A token as the place of a key: what is there is taken, removed or refused, and nothing else is touched.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class TokenKeyStoreTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("token-place-");
    private readonly EnrollmentJournal journal;

    public TokenKeyStoreTests() => journal = new EnrollmentJournal(directory.FullName);

    [Fact]
    public void The_place_is_named_after_the_token_and_the_device_s_id_where_it_is_shared()
    {
        using (TokenKeyStore store = Open())
        {
            Assert.Equal(("token aktualizr", "pkcs11:token=aktualizr;object=tls;id=%01;type=private", null), (store.Description, store.Location, store.FindDeviceUuid()));
            Assert.True(journal.TokenInitializationBegan);
        }

        using TokenKeyStore shared = Open(hsm.Settings with { Objects = DeviceObjects.Under(new ObjectId("0a02")) });
        Assert.Equal("token aktualizr, key id 0a02", shared.Description);
    }

    [Fact]
    public void Devices_of_a_line_in_one_token_load_the_module_and_log_in_once()
    {
        hsm.Open().Dispose();
        var log = new SpyLog();
        using (LineSession.Begin())
        {
            foreach (string id in (string[])["0a01", "0a02", "0a03"])
            {
                using TokenKeyStore store = Open(SpyLog.Through(hsm.Settings) with { Objects = DeviceObjects.Under(new ObjectId(id)) });
                store.Make([], KeyAlgorithm.EcP256);
            }
        }

        Assert.Single(log.Calls(), "C_Initialize");
        Assert.Single(log.Calls(), "C_Login");
        Assert.Equal("C_Finalize", log.Calls()[^1]);
    }

    [Fact]
    public void A_token_of_many_devices_is_searched_once_a_name_and_not_once_a_question()
    {
        hsm.Open().Dispose();
        var module = new FakeModule();
        using TokenKeyStore store = Open(module.In(hsm.Settings) with { Objects = DeviceObjects.Under(new ObjectId("0a01")) });

        store.RequireFree();
        store.Make(store.Inventory(), KeyAlgorithm.EcP256);

        // The labels of key and certificate, and the id, which both have. Whoever makes a key asks for its own two once more.
        Assert.Equal(3 + 2, module.Count(nameof(ISession.FindAllObjects)));
    }

    [Fact]
    public void A_key_is_found_by_its_public_key_only_and_a_whole_one_is_taken_up()
    {
        using TokenKeyStore store = Open();
        Assert.Null(store.Find("other"));
        string fingerprint = Fingerprint(store.Make([], KeyAlgorithm.EcP384));
        Assert.Null(store.Find("other"));
        Assert.Equal(KeyAlgorithm.EcP384, ((TokenKey)store.Find(fingerprint)!).Algorithm);
        Assert.Equal(fingerprint, Fingerprint(store.Make([], KeyAlgorithm.EcP256)));
        Assert.Empty(hsm.Observer.Warnings);
    }

    [Fact]
    public void Half_a_key_is_removed_and_another_made()
    {
        using TokenKeyStore store = Open();
        string first = Fingerprint(store.Make([], KeyAlgorithm.EcP256));
        using TokenSession beside = hsm.Open();
        beside.GenerateKey(new KeyRequest("other", 7));
        beside.DestroyObjects(beside.FindObjects().Where(o => o is { Kind: TokenObjectKind.PublicKey, Id: "01" }).ToList());
        Assert.NotEqual(first, Fingerprint(store.Make([], KeyAlgorithm.EcP256)));
        Assert.Equal(["01", "01", "07", "07"], beside.FindObjects().Select(o => o.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_pair_that_does_not_sign_is_removed_and_the_certificate_stays()
    {
        hsm.Open().Dispose();
        Raw.WithSession(session =>
        {
            Raw.GenerateKey(session, "tls", 1);
            Raw.Destroy(session, CKO.CKO_PUBLIC_KEY);
            Raw.GenerateKey(session, "other", 2);
            Raw.Rename(session, CKO.CKO_PUBLIC_KEY, "other", "tls", 1);
        });
        using TokenKeyStore store = Open();
        using TokenSession beside = hsm.Open();
        beside.StoreCertificate(TestCertificate.ForNewKey("x"), "tls", 1);
        Assert.Equal(KeyAlgorithm.EcP256, ((TokenKey)store.Make([], KeyAlgorithm.EcP256)).Algorithm);
        Assert.Single(hsm.Observer.Warnings);
        Assert.Equal(
            ["certificate tls", "private key other", "private key tls", "public key tls"],
            beside.FindObjects().Select(o => o.ToString().Split(" (id")[0].Replace("\"", string.Empty, StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_stranger_in_the_way_is_refused_or_cleared_with_all_of_its_names()
    {
        using TokenKeyStore store = Open();
        store.RequireFree();
        using TokenSession beside = hsm.Open();
        beside.GenerateKey(new KeyRequest("other", 7));
        beside.GenerateKey(new KeyRequest("stranger", 1));
        beside.StoreCertificate(TestCertificate.ForNewKey("x"));
        Assert.Equal(ErrorId.HsmObjectConflict, Assert.Throws<AutoRegisterException>(store.RequireFree).Id);
        store.Clear();
        store.RequireFree();
        Assert.Equal(["other", "other"], beside.FindObjects().Select(o => o.Label));
        Assert.Equal(3, hsm.Observer.Warnings.Count);
    }

    [Fact]
    public void What_is_incomplete_goes_unless_it_was_there_before()
    {
        hsm.Open().Dispose();
        Raw.WithSession(session => Raw.GenerateKey(session, string.Empty, 9));
        using TokenKeyStore store = Open();
        IReadOnlyList<string> before = store.Inventory();
        Assert.Equal(2, before.Count);
        store.RemoveIncomplete(before);
        Assert.Equal(2, store.Inventory().Count);
        store.Make([], KeyAlgorithm.EcP256);
        Assert.Empty(store.Inventory());
        Assert.Equal(2, hsm.Observer.Warnings.Count);
    }

    [Fact]
    public async Task One_that_could_not_be_opened_and_one_that_ended_twice_leave_their_turn_to_the_next()
    {
        using Secret wrong = SoftHsm.Secret("99999999");
        using (TokenKeyStore store = Open())
        {
            store.MakeDurable();
            store.Dispose();
            Assert.Throws<ObjectDisposedException>(store.Inventory);
        }

        Assert.Equal(ErrorId.HsmPinRejected, Assert.Throws<AutoRegisterException>(() => Open(hsm.Settings with { Pin = wrong })).Id);
        using TokenKeyStore next = Open();
        Task<TokenKeyStore> waits = Task.Run(() => Open());
        Assert.Empty(next.Inventory());
        next.Dispose();
        (await waits).Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_an_interrupted_run_left_of_a_token_goes_where_one_began(bool began)
    {
        if (began)
        {
            journal.BeginTokenInitialization();
        }

        string torn = hsm.AddTokenFile(TokenFile.Number(0));
        Open().Dispose();
        Assert.Equal(began, !Directory.Exists(torn));
    }

    public void Dispose()
    {
        hsm.Dispose();
        directory.Delete(recursive: true);
    }

    private static string Fingerprint(IDeviceKey key) => PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span);

    private TokenKeyStore Open(HsmSettings? settings = null) => TokenKeyStore.Open(settings ?? hsm.Settings, journal, hsm.Observer);
}

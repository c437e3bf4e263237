using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Keys that another program made in the token: named by label, by id or by both, listed, and used.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class ExistingKeyTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("existing-");

    public ExistingKeyTests()
    {
        SoftHsm.InitializeToken("aktualizr");
        Add("factory", "02", "EC:prime256v1");
        Add("factory", "03", "EC:secp384r1");
        Add("vendor", "04", "rsa:2048");
        Add("long", "0405", "EC:prime256v1");
    }

    [Theory]
    [InlineData("vendor", null, "vendor", "04", KeyAlgorithm.Rsa2048)]
    [InlineData(null, "02", "factory", "02", KeyAlgorithm.EcP256)]
    [InlineData("factory", "03", "factory", "03", KeyAlgorithm.EcP384)]
    [InlineData(null, "0405", "long", "0405", KeyAlgorithm.EcP256)]
    public void A_key_is_found_by_what_names_it(string? label, string? id, string foundLabel, string foundId, KeyAlgorithm algorithm)
    {
        using TokenSession session = hsm.Open(mayInitialize: false);
        TokenKey key = session.FindExistingKey(new KeyReference(label, id));
        Assert.Equal((foundLabel, foundId, algorithm), (key.Label, key.Id.Hex, key.Algorithm));
        Assert.Equal(algorithm, KeyAlgorithms.Of(key.SubjectPublicKeyInfo.Span));
    }

    [Fact]
    public void A_key_whose_public_half_is_nowhere_cannot_be_used()
    {
        SoftHsm.Pkcs11Tool("--delete-object", "--type", "pubkey", "--id", "02");
        using TokenSession session = hsm.Open(mayInitialize: false);
        Assert.Equal(ErrorId.HsmKeyUnusable, Assert.Throws<AutoRegisterException>(() => session.FindExistingKey(new KeyReference(null, "02"))).Id);
    }

    [Theory]
    [InlineData("factory", null, false, ErrorId.HsmObjectConflict, "2 private keys")]
    [InlineData("vendor", "02", false, ErrorId.HsmKeyNotFound, "It has: ")]
    [InlineData("nobody", null, false, ErrorId.HsmKeyNotFound, "vendor")]
    [InlineData("long", null, true, ErrorId.HsmKeyUnusable, "01 to 09 only")]
    public void What_does_not_name_one_usable_key_is_refused(string? label, string? id, bool forOtaClient, ErrorId error, string words)
    {
        using TokenSession session = hsm.Open(mayInitialize: false);
        AutoRegisterException thrown = Assert.Throws<AutoRegisterException>(() => session.FindExistingKey(new KeyReference(label, id), forOtaClient));
        Assert.Equal(error, thrown.Id);
        Assert.Contains(words, thrown.Message + thrown.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_in_the_token_is_listed()
    {
        using TokenSession session = hsm.Open(mayInitialize: false);
        IReadOnlyList<HsmObject> all = session.ListObjects();
        Assert.Equal(8, all.Count);
        Assert.All(all, item => Assert.Equal("aktualizr", item.TokenLabel));
        Assert.Equal(
            ["02 EcP256", "03 EcP384", "04 Rsa2048", "0405 EcP256"],
            all.Where(item => item.Class == TokenObjectKind.PrivateKey).Select(item => $"{item.Id} {item.Kind}").Order(StringComparer.Ordinal));
        Assert.All(all, item => Assert.Equal(item.Class == TokenObjectKind.PrivateKey ? true : null, item.Sensitive));
        Assert.All(all, item => Assert.Equal(item.Class == TokenObjectKind.PrivateKey ? false : null, item.Extractable));
        Assert.All(all.Where(item => item.Class == TokenObjectKind.PublicKey), item => Assert.NotNull(item.PublicKeyHash));
    }

    [Fact]
    public void An_existing_key_signs_the_request_and_nothing_is_made()
    {
        var config = new SotaConfig { Factory = "acme", Tags = ["main"], HardwareId = "board", Root = directory.FullName, Hsm = hsm.Settings };
        var enroller = new Enroller(new EnrollerOptions(), hsm.Observer);
        DeviceKey key = enroller.MakeKey(config, new KeyChoice { Existing = new KeyReference("vendor", null) }, CancellationToken.None);
        Assert.Equal(("04", "vendor"), (key.Config.Decisions.ExistingKey!.Id, key.Config.Decisions.ExistingKey.Label));
        Assert.Equal("pkcs11:token=aktualizr;object=vendor;id=%04;type=private", key.KeyLocation);
        using (TokenSession session = hsm.Open(mayInitialize: false))
        {
            Assert.Equal(8, session.FindObjects().Count);
            Assert.Equal(key.KeyFingerprint, session.FindObjects().Single(o => o.Kind == TokenObjectKind.PublicKey && o.Id == "04").PublicKeyHash);
        }

        // The same again continues; another key begins anew.
        DeviceKey again = enroller.MakeKey(config, new KeyChoice { Existing = new KeyReference(null, "04") }, CancellationToken.None);
        Assert.Equal((key.Uuid, key.CertificateRequest), (again.Uuid, again.CertificateRequest));
        Assert.Empty(hsm.Observer.Warnings);
        DeviceKey other = enroller.MakeKey(config, new KeyChoice { Existing = new KeyReference(null, "02") }, CancellationToken.None);
        Assert.NotEqual(key.Uuid, other.Uuid);
        Assert.Contains("begins anew", Assert.Single(hsm.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_token_there_is_no_existing_key()
    {
        var config = new SotaConfig { Factory = "acme", Tags = ["main"], HardwareId = "board", Root = directory.FullName };
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => new Enroller(new EnrollerOptions(), hsm.Observer)
            .MakeKey(config, new KeyChoice { Existing = new KeyReference("vendor", null) }, CancellationToken.None));
        Assert.Equal(ErrorId.HsmSettingMissing, error.Id);
    }

    public void Dispose()
    {
        hsm.Dispose();
        directory.Delete(recursive: true);
    }

    private static void Add(string label, string id, string type) => SoftHsm.Pkcs11Tool("--keypairgen", "--key-type", type, "--label", label, "--id", id);
}

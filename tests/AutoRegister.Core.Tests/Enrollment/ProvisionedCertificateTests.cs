using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Api;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>A key that came with its certificate: which one is taken, and why another is not. No server is asked.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class ProvisionedCertificateTests : IDisposable
{
    private const string Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";
    private readonly SoftHsm hsm = new();
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("provisioned-");

    public ProvisionedCertificateTests()
    {
        SoftHsm.InitializeToken("aktualizr");
        SoftHsm.Pkcs11Tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "device", "--id", "02");
    }

    [Fact]
    public async Task The_certificate_that_fits_is_taken()
    {
        Store(Make(), "03");
        DeviceKey key = MakeKey();
        DeviceRegistration registration = await TakeAsync(key);
        ExportedCredentials exported = new Enroller(new EnrollerOptions(), hsm.Observer).Export(registration, CancellationToken.None);
        Assert.Equal((Uuid, "https://gateway.example", 0), (exported.Uuid, exported.GatewayServer, exported.Attempts));
        var installed = InstalledCredentials.Inspect(exported.Path);
        Assert.True(installed.Complete);
        Assert.Equal(("02", "03"), (installed.Toml!.TokenKeyId, installed.Toml.TokenCertificateId));
        Assert.Empty(registration.Orphans);
        Assert.Empty(hsm.Observer.Warnings);
    }

    [Fact]
    public async Task Of_two_the_one_that_is_valid_longest_is_taken()
    {
        Store(Make(days: 10), "03");
        Store(Make(days: 20), "04");
        Store(Make(days: 15), "05");
        await TakeAsync(MakeKey());
        Assert.Contains("(id 04)", Assert.Single(hsm.Observer.Warnings), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Unfit => new()
    {
        { "unit", "other" },
        { "expired", "expired" },
        { "key", "key" },
        { "id", "01 to 09" },
        { "none", "it holds none" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public async Task What_does_not_fit_is_named(string what, string words)
    {
        switch (what)
        {
            case "unit": Store(Make(unit: "other"), "03"); break;
            case "expired": Store(Make(days: -1), "03"); break;
            case "key": Store(TestCertificate.ForNewKey(Uuid), "03"); break;
            case "id": Store(Make(), "0304"); break;
        }

        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => TakeAsync(MakeKey()));
        Assert.Equal(ErrorId.HsmCertificateNotFound, error.Id);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_uuid_that_somebody_chose_is_not_given_up()
    {
        Store(Make(), "03");
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => TakeAsync(MakeKey("11111111-1111-4111-8111-111111111111")));
        Assert.Equal(ErrorId.HsmCertificateNotFound, error.Id);
        Assert.Equal(Uuid, (await TakeAsync(MakeKey(Uuid))).Uuid);
    }

    [Fact]
    public async Task What_the_server_may_know_is_an_orphan()
    {
        Store(Make(), "03");
        DeviceKey key = MakeKey();
        var journal = new EnrollmentJournal(key.Config.SotaPath);
        journal.Save(journal.Read(hsm.Observer)! with { State = RegistrationState.RequestSent });
        DeviceRegistration registration = await TakeAsync(MakeKey());
        Assert.Equal([key.Uuid], registration.Orphans);
        Assert.Contains(key.Uuid, Assert.Single(hsm.Observer.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RegistrationState.KeyMade, false)]
    [InlineData(RegistrationState.RequestSent, true)]
    public async Task Earlier_orphans_stay_and_the_journal_says_whose_certificate_it_is(RegistrationState state, bool known)
    {
        Store(Make(), "03");
        DeviceKey key = MakeKey();
        var journal = new EnrollmentJournal(key.Config.SotaPath);
        journal.Save(journal.Read(hsm.Observer)! with { State = state, Orphans = ["earlier"] });
        DeviceRegistration registration = await TakeAsync(MakeKey());
        Assert.Equal(known ? ["earlier", key.Uuid] : ["earlier"], registration.Orphans);
        JournalEntry entry = journal.Read(hsm.Observer)!;
        Assert.Equal((RegistrationState.AnswerReceived, Uuid, false, "03"), (entry.State, entry.Uuid, entry.UuidIsOurs, entry.CertificateId));
        Assert.Equal(ErrorId.RegistrationIncomplete, (await Assert.ThrowsAsync<AutoRegisterException>(() => TakeAsync(key))).Id);
    }

    [Fact]
    public async Task A_key_of_our_own_making_came_with_nothing()
    {
        DeviceKey key = new Enroller(new EnrollerOptions(), hsm.Observer).MakeKey(Config() with { Hsm = null }, replace: false, CancellationToken.None);
        Assert.Equal(ErrorId.SettingInvalid, (await Assert.ThrowsAsync<AutoRegisterException>(() => TakeAsync(key))).Id);
    }

    public void Dispose()
    {
        hsm.Dispose();
        directory.Delete(recursive: true);
    }

    private SotaConfig Config() => new() { Factory = "acme", Tags = ["main"], HardwareId = "board", Root = directory.FullName, Hsm = hsm.Settings };

    private DeviceKey MakeKey(string? uuid = null) => new Enroller(new EnrollerOptions(), hsm.Observer)
        .MakeKey(Config() with { Uuid = uuid }, new KeyChoice { Existing = new KeyReference("device", null) }, CancellationToken.None);

    private async Task<DeviceRegistration> TakeAsync(DeviceKey key)
    {
        string root = Path.Join(directory.FullName, "gateway.crt");
        File.WriteAllText(root, Pem.Encode("CERTIFICATE", TestCertificate.ForNewKey("root")));
        using var client = new RegistrationClient();
        var options = new EnrollerOptions { Provisioned = ProvisionedGateway.Load("https://gateway.example", null, root) };
        return await new Enroller(options, hsm.Observer).RegisterAsync(key, client, CancellationToken.None);
    }

    private byte[] Make(string unit = "acme", int days = 30)
    {
        using TokenSession session = hsm.Open(mayInitialize: false);
        using var subject = ECDsa.Create();
        subject.ImportSubjectPublicKeyInfo(session.FindExistingKey(new KeyReference("device", null)).SubjectPublicKeyInfo.Span, out _);
        using var authority = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Uuid}, OU={unit}", subject, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: true));
        using X509Certificate2 certificate = request.Create(
            new X500DistinguishedName("CN=Device CA"), X509SignatureGenerator.CreateForECDsa(authority), DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(days), [0x10, (byte)(days + 5)]);
        return certificate.RawData;
    }

    private void Store(byte[] certificate, string id)
    {
        string path = Path.Join(directory.FullName, "certificate.der");
        File.WriteAllBytes(path, certificate);
        SoftHsm.Pkcs11Tool("--write-object", path, "--type", "cert", "--id", id, "--label", "certificate " + id);
    }
}

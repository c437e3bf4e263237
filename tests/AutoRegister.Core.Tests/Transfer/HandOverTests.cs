using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Credentials;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Keys.Pkcs11;
using AutoRegister.Core.Transfer;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>Keys made on one machine, signed for on a second, put in place on a third: each a directory here.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class HandOverTests(FactoryFixture shared) : IClassFixture<FactoryFixture>, IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("hand-over-");
    private readonly RecordingObserver observer = new();
    private readonly Secret passphrase = SoftHsm.Secret("correct horse");
    private readonly RSA recipient = RSA.Create(2048);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sealed_key_goes_the_whole_way(bool withPassphrase)
    {
        KeySeal seal = withPassphrase ? KeySeal.With(passphrase) : KeySeal.For(Certificate(), DateTimeOffset.UtcNow);
        string name = withPassphrase ? "made with words" : "made";
        DeviceKey key = MakeKey(name);
        ExportedEnrollment first = new EnrollmentExport(seal, withoutKey: false, observer).Write(key, In("1.json"), CancellationToken.None);
        KeyCustody custody = withPassphrase ? KeyCustody.Passphrase : KeyCustody.Certificate;
        Assert.Equal((name, key.Uuid, "acme", RegistrationState.KeyMade, custody), (first.Name, first.Uuid, first.Factory, first.State, first.PrivateKey));

        // The one in the middle has nothing that opens it.
        DeviceKey middle = Assert.IsType<DeviceKey>(Read("1.json", "middle", machine: Machine()));
        Assert.Equal((key.Uuid, RegistrationState.KeyMade, key.KeyFingerprint), (middle.Uuid, middle.State, middle.KeyFingerprint));
        Assert.False(File.Exists(Path.Join(In("middle"), ".registration", "pkey.pem")));
        DeviceRegistration signed = await RegisterAsync(middle);
        Assert.Equal(ErrorId.RegistrationIncomplete, Assert.Throws<AutoRegisterException>(() => Enroller().Export(signed, CancellationToken.None)).Id);
        ExportedEnrollment second = new EnrollmentExport(null, withoutKey: false, observer).Write(signed.Key, In("2.json"), CancellationToken.None);
        Assert.Equal((RegistrationState.AnswerReceived, custody), (second.State, second.PrivateKey));

        using KeyOpener opener = withPassphrase ? KeyOpener.Create(passphrase, null) : KeyOpener.Create(null, RecipientKey(null));
        DeviceRegistration taken = Assert.IsType<DeviceRegistration>(Read("2.json", "device", opener));
        ExportedCredentials exported = Enroller().Export(taken, CancellationToken.None);
        Assert.Equal(key.Uuid, exported.Uuid);
        Assert.True(InstalledCredentials.Inspect(In("device")).Complete);
        Assert.Equal(200, (await GatewayProbe.AskAsync(In("device"), null, observer, CancellationToken.None)).Status);

        // Again: it is registered, and nothing is taken up a second time.
        Assert.Equal(RegistrationState.Registered, Assert.IsType<DeviceRegistration>(Read("2.json", "device", opener)).State);
        Assert.False(Directory.Exists(Path.Join(In("device"), ".registration")));
    }

    [Fact]
    public void A_key_that_stays_behind_is_used_when_the_answer_comes_back()
    {
        DeviceKey key = MakeKey("here");
        ExportedEnrollment exported = new EnrollmentExport(null, withoutKey: true, observer).Write(key, In("here.json"), CancellationToken.None);
        Assert.Equal(KeyCustody.StaysBehind, exported.PrivateKey);
        DeviceKey back = Assert.IsType<DeviceKey>(Read("here.json", "here"));
        Assert.Equal((key.Uuid, key.CertificateRequest, key.KeyLocation), (back.Uuid, back.CertificateRequest, back.KeyLocation));
        Assert.True(File.Exists(Path.Join(In("here"), ".registration", "pkey.pem")));
    }

    [Fact]
    public void A_key_leaves_sealed_only()
    {
        DeviceKey key = MakeKey("bare");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => new EnrollmentExport(null, withoutKey: false, observer).Write(key, In("bare.json"), CancellationToken.None));
        Assert.Equal(ErrorId.SettingInvalid, error.Id);
        Assert.False(File.Exists(In("bare.json")));
    }

    [Fact]
    public void What_does_not_open_leaves_nothing_behind()
    {
        Export("locked", KeySeal.With(passphrase));
        using Secret wrong = SoftHsm.Secret("incorrect horse");
        using KeyOpener guessed = KeyOpener.Create(wrong, null);
        using KeyOpener otherKind = KeyOpener.Create(null, RecipientKey(null));
        Assert.All([guessed, otherKind], opener => Assert.Equal(ErrorId.PrivateKeyLocked, Fail("locked.json", opener).Id));
        Assert.False(Directory.Exists(Path.Join(In("device"), ".registration")));

        Export("enveloped", KeySeal.For(Certificate(), DateTimeOffset.UtcNow));
        using KeyOpener worded = KeyOpener.Create(passphrase, null);
        string strangerPath = In("stranger.pem");
        using (var stranger = RSA.Create(2048))
        {
            File.WriteAllText(strangerPath, stranger.ExportPkcs8PrivateKeyPem());
        }

        using KeyOpener foreign = KeyOpener.Create(null, strangerPath);
        string ecPath = In("ec.pem");
        using (var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            File.WriteAllText(ecPath, ec.ExportPkcs8PrivateKeyPem());
        }

        using KeyOpener elliptic = KeyOpener.Create(null, ecPath);
        Assert.All([worded, foreign, elliptic], opener => Assert.Equal(ErrorId.PrivateKeyLocked, Fail("enveloped.json", opener).Id));
        Assert.False(Directory.Exists(Path.Join(In("device"), ".registration")));
    }

    [Fact]
    public void Another_devices_sealed_key_is_refused()
    {
        Export("one", KeySeal.With(passphrase));
        Export("two", KeySeal.With(passphrase));
        var one = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(In("one.json")))!;
        one["key"]!["sealed"] = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(In("two.json")))!["key"]!["sealed"]!.GetValue<string>();
        File.WriteAllText(In("one.json"), one.ToJsonString());
        using KeyOpener opener = KeyOpener.Create(passphrase, null);
        Assert.Equal(ErrorId.EnrollmentFileInvalid, Fail("one.json", opener).Id);
    }

    [Fact]
    public void A_recipients_key_may_be_encrypted_itself()
    {
        Export("sealed", KeySeal.For(Certificate(), DateTimeOffset.UtcNow));
        string path = RecipientKey("correct horse");
        using KeyOpener opener = KeyOpener.Create(passphrase, path);
        Assert.Equal(RegistrationState.KeyMade, Assert.IsType<DeviceKey>(Read("sealed.json", "device", opener)).State);
        Assert.True(File.Exists(Path.Join(In("device"), ".registration", "pkey.pem")));
        Assert.Equal(ErrorId.PrivateKeyLocked, Assert.Throws<AutoRegisterException>(() => KeyOpener.Create(null, path)).Id);
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => KeyOpener.Create(null, In("missing.pem"))).Id);
    }

    [Fact]
    public void A_certificate_that_cannot_receive_a_key_is_refused()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => KeySeal.For(In("missing.pem"), now)).Id);
        File.WriteAllText(In("no.pem"), "nothing");
        using var small = RSA.Create(1024);
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ec = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=ec", elliptic, HashAlgorithmName.SHA256);
        (string Path, DateTimeOffset Time, string Words)[] cases =
        [
            (In("no.pem"), now, "holds no certificate"),
            (Certificate(), now.AddDays(-3), "not valid before"),
            (Certificate(), now.AddDays(3), "expired"),
            (Certificate(small), now, "1024 bits"),
            (Save(ec), now, "not RSA"),
            (Certificate(usage: X509KeyUsageFlags.DigitalSignature), now, "keyEncipherment"),
        ];
        Assert.All(cases, one =>
        {
            AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => KeySeal.For(one.Path, one.Time));
            Assert.Equal(ErrorId.SettingInvalid, error.Id);
            Assert.Contains(one.Words, error.Message, StringComparison.Ordinal);
        });
        Assert.Equal(KeyCustody.Certificate, KeySeal.For(Certificate(usage: X509KeyUsageFlags.KeyEncipherment), now).Custody);
    }

    [Fact]
    public async Task A_key_in_a_token_is_found_there_again()
    {
        using var hsm = new SoftHsm();
        DeviceKey key = Enroller().MakeKey(Config("held") with { Hsm = hsm.Settings }, replace: false, CancellationToken.None);
        Assert.Equal(KeyCustody.Token, new EnrollmentExport(null, withoutKey: false, observer).Write(key, In("held.json"), CancellationToken.None).PrivateKey);
        DeviceKey middle = Assert.IsType<DeviceKey>(Read("held.json", "middle", machine: Machine()));
        Assert.StartsWith("pkcs11:token=aktualizr", middle.KeyLocation, StringComparison.Ordinal);
        DeviceRegistration signed = await RegisterAsync(middle);
        new EnrollmentExport(null, withoutKey: false, observer).Write(signed.Key, In("signed.json"), CancellationToken.None);
        DeviceRegistration taken = Assert.IsType<DeviceRegistration>(Read("signed.json", "held", machine: Machine() with { Hsm = hsm.Settings }));
        ExportedCredentials exported = Enroller().Export(taken, CancellationToken.None);
        Assert.Equal(200, (await GatewayProbe.AskAsync(exported.Path, hsm.Settings, observer, CancellationToken.None)).Status);
    }

    [Fact]
    public void A_token_without_the_key_is_refused()
    {
        using (var hsm = new SoftHsm())
        {
            DeviceKey key = Enroller().MakeKey(Config("away") with { Hsm = hsm.Settings }, replace: false, CancellationToken.None);
            new EnrollmentExport(null, withoutKey: false, observer).Write(key, In("away.json"), CancellationToken.None);
        }

        using var other = new SoftHsm();
        SoftHsm.InitializeToken("aktualizr");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Read("away.json", "device", machine: Machine() with { Hsm = other.Settings }));
        Assert.Equal(ErrorId.HsmKeyNotFound, error.Id);
    }

    [Fact]
    public void The_machine_in_the_middle_must_be_of_the_same_factory()
    {
        Export("ours", KeySeal.With(passphrase));
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Read("ours.json", "device", machine: Machine() with { Factory = "other" }));
        Assert.Equal(ErrorId.SettingInvalid, error.Id);
        Assert.False(Directory.Exists(In("device")));
    }

    [Fact]
    public void A_root_that_is_not_there_is_refused()
    {
        Export("rooted", KeySeal.With(passphrase));
        using KeyOpener opener = KeyOpener.Create(null, null);
        var import = new EnrollmentImport(opener, observer);
        Assert.Equal(ErrorId.RootNotFound, Assert.Throws<AutoRegisterException>(() => import.Read(In("rooted.json"), null, In("no-root"), null, CancellationToken.None)).Id);
        DeviceKey taken = Assert.IsType<DeviceKey>(import.Read(In("rooted.json"), null, directory.FullName, null, CancellationToken.None));
        Assert.Equal(Path.Join(directory.FullName, "var", "sota"), taken.Config.SotaPath);
    }

    [Fact]
    public void A_directory_with_parts_of_a_registration_is_refused()
    {
        Export("parts", KeySeal.With(passphrase));
        Directory.CreateDirectory(In("device"));
        File.WriteAllText(Path.Join(In("device"), "sota.toml"), "[tls]\nserver = \"https://localhost\"\n");
        using KeyOpener opener = KeyOpener.Create(passphrase, null);
        AutoRegisterException error = Fail("parts.json", opener);
        Assert.Equal(ErrorId.AlreadyRegistered, error.Id);
        Assert.Contains("holds parts of a registration", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        passphrase.Dispose();
        recipient.Dispose();
        directory.Delete(recursive: true);
    }

    private Enroller Enroller() => new(new EnrollerOptions(), observer);

    private string In(string name) => Path.Join(directory.FullName, name);

    private DeviceKey MakeKey(string name) => Enroller().MakeKey(Config(name), replace: false, CancellationToken.None);

    private void Export(string name, KeySeal seal) =>
        new EnrollmentExport(seal, withoutKey: false, observer).Write(MakeKey(name), In(name + ".json"), CancellationToken.None);

    private object Read(string file, string place, KeyOpener? opener = null, SotaConfig? machine = null)
    {
        using KeyOpener none = KeyOpener.Create(null, null);
        return new EnrollmentImport(opener ?? none, observer).Read(In(file), machine, null, In(place), CancellationToken.None);
    }

    private AutoRegisterException Fail(string file, KeyOpener opener) => Assert.Throws<AutoRegisterException>(() => Read(file, "device", opener));

    private async Task<DeviceRegistration> RegisterAsync(DeviceKey key)
    {
        using RegistrationClient client = shared.Factory.Connect();
        return await Enroller().RegisterAsync(key, client, CancellationToken.None);
    }

    private SotaConfig Config(string name) => new() { Factory = "acme", Tags = ["main"], HardwareId = "board", Name = name, OutputPath = In(name) };

    private SotaConfig Machine() => Config("station") with
    {
        DeviceApi = new Uri(shared.Factory.Api),
        ApiToken = Secret.FromUtf8(File.ReadAllBytes(shared.Factory.TokenFile).AsSpan().TrimEnd((byte)'\n')),
    };

    private string Certificate(RSA? key = null, X509KeyUsageFlags? usage = null)
    {
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=recipient", key ?? recipient, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (usage is { } flags)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, critical: true));
        }

        return Save(request);
    }

    private string Save(System.Security.Cryptography.X509Certificates.CertificateRequest request)
    {
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string path = In(Guid.NewGuid() + ".pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }

    private string RecipientKey(string? password)
    {
        string path = In(Guid.NewGuid() + ".pem");
        File.WriteAllText(path, password is null
            ? recipient.ExportPkcs8PrivateKeyPem()
            : recipient.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        return path;
    }
}

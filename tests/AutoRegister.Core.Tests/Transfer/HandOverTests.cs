using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Gateway;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.Transfer;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>Keys made on one machine, signed for on a second, put in place on a third: each a directory here.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class HandOverTests(FactoryFixture shared) : IClassFixture<FactoryFixture>, IDisposable
{
    private readonly HandOver hand = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sealed_key_goes_the_whole_way(bool withPassphrase)
    {
        KeyProtection seal = withPassphrase ? KeyProtection.With(hand.Passphrase) : KeyProtection.For(hand.Certificate(), DateTimeOffset.UtcNow);
        string name = withPassphrase ? "made with words" : "made";
        DeviceKey key = hand.MakeKey(name);
        ExportedEnrollment first = hand.Write(seal, withoutKey: false, key, "1.json");
        KeyCustody custody = withPassphrase ? KeyCustody.Passphrase : KeyCustody.Certificate;
        Assert.Equal((name, key.Uuid, "acme", RegistrationState.KeyMade, custody), (first.Name, first.Uuid, first.Factory, first.State, first.PrivateKey));

        // The one in the middle has nothing that opens it.
        DeviceKey middle = Assert.IsType<DeviceKey>(hand.Read("1.json", "middle", machine: Machine()));
        Assert.Equal((key.Uuid, RegistrationState.KeyMade, key.KeyFingerprint), (middle.Uuid, middle.State, middle.KeyFingerprint));
        Assert.False(File.Exists(Path.Join(hand.In("middle"), ".registration", "pkey.pem")));
        DeviceRegistration signed = await RegisterAsync(middle);
        Assert.Equal(ErrorId.RegistrationIncomplete, Assert.Throws<AutoRegisterException>(() => hand.Enroller().Export(signed, CancellationToken.None)).Id);
        ExportedEnrollment second = hand.Write(null, withoutKey: false, signed.Key, "2.json");
        Assert.Equal((RegistrationState.AnswerReceived, custody), (second.State, second.PrivateKey));

        using KeyOpener opener = withPassphrase ? KeyOpener.Create(hand.Passphrase, null) : KeyOpener.Create(null, hand.RecipientKey(null));
        DeviceRegistration taken = Assert.IsType<DeviceRegistration>(hand.Read("2.json", "device", opener));
        ExportedCredentials exported = hand.Enroller().Export(taken, CancellationToken.None);
        Assert.Equal(key.Uuid, exported.Uuid);
        Assert.True(InstalledCredentials.Inspect(hand.In("device")).Complete);
        Assert.Equal(200, (await GatewayProbe.AskAsync(hand.In("device"), null, hand.Observer, CancellationToken.None)).Status);

        // Again: it is registered, and nothing is taken up a second time.
        Assert.Equal(RegistrationState.Registered, Assert.IsType<DeviceRegistration>(hand.Read("2.json", "device", opener)).State);
        Assert.False(Directory.Exists(Path.Join(hand.In("device"), ".registration")));
    }

    [Fact]
    public void A_key_that_stays_behind_is_used_when_the_answer_comes_back()
    {
        DeviceKey key = hand.MakeKey("here");
        ExportedEnrollment exported = hand.Write(null, withoutKey: true, key, "here.json");
        Assert.Equal(KeyCustody.StaysBehind, exported.PrivateKey);
        DeviceKey back = Assert.IsType<DeviceKey>(hand.Read("here.json", "here"));
        Assert.Equal((key.Uuid, key.CertificateRequest, key.KeyLocation), (back.Uuid, back.CertificateRequest, back.KeyLocation));
        Assert.True(File.Exists(Path.Join(hand.In("here"), ".registration", "pkey.pem")));
    }

    [Fact]
    public void A_key_leaves_sealed_only()
    {
        DeviceKey key = hand.MakeKey("bare");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.Write(null, withoutKey: false, key, "bare.json"));
        Assert.Equal(ErrorId.SettingInvalid, error.Id);
        Assert.False(File.Exists(hand.In("bare.json")));
    }

    [Fact]
    public async Task A_key_in_a_token_is_found_there_again()
    {
        using var hsm = new SoftHsm();
        DeviceKey key = hand.Enroller().MakeKey(hand.Config("held") with { Hsm = hsm.Settings }, replace: false, CancellationToken.None);
        Assert.Equal(KeyCustody.Token, hand.Write(null, withoutKey: false, key, "held.json").PrivateKey);
        DeviceKey middle = Assert.IsType<DeviceKey>(hand.Read("held.json", "middle", machine: Machine()));
        Assert.StartsWith("pkcs11:token=aktualizr", middle.KeyLocation, StringComparison.Ordinal);
        DeviceRegistration signed = await RegisterAsync(middle);
        hand.Write(null, withoutKey: false, signed.Key, "signed.json");
        DeviceRegistration taken = Assert.IsType<DeviceRegistration>(hand.Read("signed.json", "held", machine: Machine() with { Hsm = hsm.Settings }));
        ExportedCredentials exported = hand.Enroller().Export(taken, CancellationToken.None);
        Assert.Equal(200, (await GatewayProbe.AskAsync(exported.Path, hsm.Settings, hand.Observer, CancellationToken.None)).Status);
    }

    [Fact]
    public void A_token_without_the_key_is_refused()
    {
        using (var hsm = new SoftHsm())
        {
            DeviceKey key = hand.Enroller().MakeKey(hand.Config("away") with { Hsm = hsm.Settings }, replace: false, CancellationToken.None);
            hand.Write(null, withoutKey: false, key, "away.json");
        }

        using var other = new SoftHsm();
        SoftHsm.InitializeToken("aktualizr");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.Read("away.json", "device", machine: Machine() with { Hsm = other.Settings }));
        Assert.Equal(ErrorId.HsmKeyNotFound, error.Id);
    }

    /// <summary>No module that can be had has a UUID in a slot's description: the journal says so in the place of OP-TEE.</summary>
    [Fact]
    public async Task A_uuid_of_the_hardware_stand_in_for_optee_is_explained_by_the_machine_that_registers_the_device_too()
    {
        DeviceKey before = hand.Enroller().MakeKey(Machine() with { Name = "before the flash", OutputPath = hand.In("before") }, replace: false, CancellationToken.None);
        await RegisterAsync(before);
        DeviceKey after = hand.Enroller().MakeKey(hand.Config("after") with { Uuid = before.Uuid }, replace: false, CancellationToken.None);
        var journal = new EnrollmentJournal(after.Config.SotaPath);
        journal.Save(journal.Peek(out _)! with { UuidIsHardware = true });
        hand.ExportWithoutKey(after, "after.json");
        DeviceKey taken = Assert.IsType<DeviceKey>(hand.Read("after.json", "middle", machine: Machine()));
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => RegisterAsync(taken));
        Assert.Equal(ErrorId.DeviceConflict, error.Id);
        Assert.Contains("comes from this device's hardware", error.Message, StringComparison.Ordinal);
        Assert.Contains($"delete the device {before.Uuid} in the factory", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void The_machine_in_the_middle_must_be_of_the_same_factory()
    {
        hand.Export("ours", KeyProtection.With(hand.Passphrase));
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.Read("ours.json", "device", machine: Machine() with { Factory = "other" }));
        Assert.Equal(ErrorId.SettingInvalid, error.Id);
        Assert.False(Directory.Exists(hand.In("device")));
    }

    [Fact]
    public void A_root_that_is_not_there_is_refused()
    {
        hand.Export("rooted", KeyProtection.With(hand.Passphrase));
        Assert.Equal(ErrorId.RootNotFound, Assert.Throws<AutoRegisterException>(() => hand.ReadInto("rooted.json", null, null, hand.In("no-root"), null)).Id);
        DeviceKey taken = Assert.IsType<DeviceKey>(hand.ReadInto("rooted.json", null, null, hand.Directory, null));
        Assert.Equal(Path.Join(hand.Directory, "var", "sota"), taken.Config.SotaPath);
    }

    [Fact]
    public void A_directory_with_parts_of_a_registration_is_refused()
    {
        hand.Export("parts", KeyProtection.With(hand.Passphrase));
        Directory.CreateDirectory(hand.In("device"));
        File.WriteAllText(Path.Join(hand.In("device"), "sota.toml"), "[tls]\nserver = \"https://localhost\"\n");
        using var opener = KeyOpener.Create(hand.Passphrase, null);
        AutoRegisterException error = hand.Fail("parts.json", opener);
        Assert.Equal(ErrorId.AlreadyRegistered, error.Id);
        Assert.Contains("holds parts of a registration", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => hand.Dispose();

    private Task<DeviceRegistration> RegisterAsync(DeviceKey key) => hand.RegisterAsync(shared.Factory, key);

    private SotaConfig Machine() => hand.Machine(shared.Factory);
}
